import { BoxError } from './box.ts';

/** Removes the 0x03 of every 00 00 03 (ITU-T H.264 7.4.1, H.265 7.4.2). */
export function withoutEmulationPrevention(bytes: Uint8Array): Uint8Array {
  const kept: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    kept.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Uint8Array.from(kept);
}

/** Reads the fields of a parameter set, from the first bit on. Throws BoxError where it ends too early. */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #position = 0;

  /** `what` is read, for the errors. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** Bits that were read. */
  get position(): number {
    return this.#position;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const byte = this.#bytes[this.#position >> 3];
      if (byte === undefined) throw new BoxError(`The ${this.#what} is cut off`, this.#position >> 3);
      value = value * 2 + ((byte >> (7 - (this.#position & 7))) & 1);
      this.#position++;
    }
    return value;
  }

  skip(count: number): void {
    for (let i = 0; i < count; i++) this.read(1);
  }

  /** ue(v) */
  exponential(): number {
    let zeros = 0;
    while (this.read(1) === 0) {
      if (++zeros > 32) throw new BoxError(`The ${this.#what} holds a code that is too long`, this.#position >> 3);
    }
    return 2 ** zeros - 1 + this.read(zeros);
  }

  /** se(v) */
  signedExponential(): number {
    const code = this.exponential();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
