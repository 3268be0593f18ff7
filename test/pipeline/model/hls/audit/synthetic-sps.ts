/** An SPS that says what it is asked to and no more (ITU-T H.264 7.3.2.1.1), as a NAL unit. Sizes are even. */
export function syntheticSps(sps: { width: number; height: number; level: number; profile?: number; isInterlaced?: boolean }): Uint8Array {
  const { width, height, level, profile = 100, isInterlaced = false } = sps;
  const bits: number[] = [];
  const write = (value: number, count: number): void => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  const exponential = (value: number): void => {
    const length = Math.floor(Math.log2(value + 1));
    write(0, length);
    write(value + 1, length + 1);
  };
  const rowHeight = isInterlaced ? 32 : 16;
  const columns = Math.ceil(width / 16);
  const rows = Math.ceil(height / rowHeight);
  exponential(0); // seq_parameter_set_id
  exponential(1); // chroma_format_idc 4:2:0
  exponential(0);
  exponential(0);
  write(0, 2); // no transform bypass, no scaling matrix
  exponential(0); // log2_max_frame_num
  exponential(2); // pic_order_cnt_type
  exponential(1); // max_num_ref_frames
  write(0, 1);
  exponential(columns - 1);
  exponential(rows - 1);
  write(isInterlaced ? 0 : 1, 1);
  if (isInterlaced) write(0, 1);
  write(1, 1); // direct_8x8_inference
  write(1, 1); // cropping, in units of two pixels (four lines when interlaced)
  exponential(0);
  exponential((columns * 16 - width) / 2);
  exponential(0);
  exponential((rows * rowHeight - height) / (isInterlaced ? 4 : 2));
  write(0, 1); // no VUI
  write(1, 1); // stop bit
  while (bits.length % 8 !== 0) bits.push(0);
  const payload = Array.from({ length: bits.length / 8 }, (_, byte) =>
    bits.slice(byte * 8, byte * 8 + 8).reduce((sum, bit) => sum * 2 + bit, 0),
  );
  return Uint8Array.from([0x67, profile, 0, level, ...payload]);
}
