import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { decodeText } from '../../../pipeline/text/decode-text.ts';

/** Lines as films have them, none of which was looked at when the letters were counted. */
const FILES: readonly [encoding: string, language: string, lines: readonly string[]][] = [
  [
    'cp949',
    'Korean',
    [
      '거기 누구 있어요?',
      '나는 네가 지난여름에 한 일을 알고 있다.',
      '뭐라고? 다시 말해 봐.',
      '걱정하지 마, 내일은 괜찮을 거야.',
      '이 편지를 어머니께 전해 주세요.',
      '똠방각하 펲시',
      '경찰이 벌써 문 앞에 와 있습니다!',
      '밥 먹었니? - 아직이요.',
    ],
  ],
  [
    'shift_jis',
    'Japanese',
    [
      'どこへ行くつもりですか？',
      '私はあなたを信じています。',
      'コーヒーを一杯ください',
      '明日の朝、駅で会いましょう。',
      'そんなはずはない！',
      'お母さんに手紙を書いた',
    ],
  ],
  [
    'windows-1251',
    'Russian',
    ['Где ты был вчера вечером?', 'Я тебя никогда не забуду.', 'Мы опоздали на последний поезд.', 'Не знаю, что сказать...'],
  ],
  ['windows-1251', 'Ukrainian', ['Він живе біля річки, її брат теж.', 'Де ти був учора ввечері?', 'Я не знаю, що тобі сказати.']],
  ['windows-1252', 'French', ['Où étais-tu hier soir, mon chéri ?', 'Je n’ai jamais été aussi fâché.', 'Ça va être génial à Noël.']],
  ['windows-1252', 'German', ['Ich weiß nicht, wo der Schlüssel ist.', 'Das wäre schön für uns.', 'Können Sie das hören?']],
  ['windows-1252', 'Spanish', ['¿Dónde está mi corazón, señor?', '¡Él no volverá mañana!', 'Es difícil decir adiós.']],
  ['windows-1252', 'Portuguese', ['Não sei o que dizer à minha irmã.', 'Você está à procura de quê?', 'O coração dele não aguentará.']],
  ['windows-1252', 'Italian', ['Perché non mi hai detto la verità?', 'È già tutto così difficile.', 'Può darsi che sia più tardi.']],
  ['windows-1252', 'Swedish', ['Jag är så trött på det här.', 'Vad gör du på måndag?', 'Då åker vi över ön.']],
  [
    'windows-1252',
    'Danish',
    ['Hvor skal du hen så sent på aftenen, Søren?', 'Jeg kører først når det er mørkt.', 'Ærligt talt, så går vi.'],
  ],
  [
    'windows-1250',
    'Polish',
    ['Gdzie byłeś wczoraj wieczorem, synku?', 'Nie wiem, co ci powiedzieć. Przepraszam się bardzo, książę.', 'Źle się czuję.'],
  ],
  ['windows-1250', 'Czech', ['Kde jsi byl včera večer, příteli?', 'Řekni mi, proč jsi to udělal?', 'Můj kůň žije v městě.']],
  ['windows-1250', 'Hungarian', ['Hol voltál tegnap este, te őrült?', 'Nem tudom, miért tűnt el a nővérem.', 'Köszönöm, jól vagyok.']],
  [
    'windows-1253',
    'Greek',
    ['Πού ήσουν χθες το βράδυ;', 'Δεν ξέρω τι να σου πω.', 'Σε παρακαλώ, μη φύγεις!', 'Η μητέρα μου μένει στην Αθήνα.'],
  ],
  [
    'windows-1254',
    'Turkish',
    [
      'Dün gece neredeydin, oğlum?',
      'Sana ne söyleyeceğimi bilmiyorum.',
      'Işıkları kapat, şimdi gidiyoruz.',
      'Çok güzel bir gün, değil mi?',
    ],
  ],
  ['windows-1255', 'Hebrew', ['איפה היית אתמול בלילה?', 'אני לא יודע מה להגיד לך.', 'בוא נלך הביתה, כבר מאוחר.']],
  ['windows-1256', 'Arabic', ['أين كنت الليلة الماضية؟', 'لا أعرف ماذا أقول لك.', 'هيا بنا نذهب إلى البيت.']],
  [
    'windows-1257',
    'Lithuanian',
    ['Kur buvai vakar vakare, sūnau?', 'Nežinau, ką tau pasakyti, šįvakar grįžk anksčiau.', 'Ačiū, aš viską žinau.'],
  ],
  ['windows-1257', 'Latvian', ['Es nezinu, ko tev teikt, māt.', 'Šķiet, viņš aizgāja mājās.', 'Kāpēc tu to darīji?']],
];

function subtitlesOf(lines: readonly string[]): string {
  return lines.map((line, index) => `${index + 1}\r\n00:00:0${index},000 --> 00:00:0${index + 1},500\r\n${line}\r\n\r\n`).join('');
}

describe('a text is decoded by its encoding', () => {
  test.each(FILES)('%s, in %s, whichever two of its lines or more are there', (encoding, _language, lines) => {
    fc.assert(
      fc.property(fc.subarray([...lines], { minLength: 2 }), (chosen) => {
        const text = subtitlesOf(chosen);
        expect(decodeText(iconv.encode(text, encoding)).text).toBe(text);
      }),
    );
  });

  test.each(FILES)('Unicode is never taken for %s, of text in %s', (_encoding, _language, lines) => {
    const some = fc.subarray([...lines], { minLength: 1 });
    fc.assert(
      fc.property(some, fc.constantFrom('utf-8', 'utf-16le', 'utf-16be'), fc.boolean(), (chosen, unicode, hasMark) => {
        const text = subtitlesOf(chosen);
        const marked = `${hasMark ? '\ufeff' : ''}${text}`;
        expect(decodeText(iconv.encode(marked, unicode))).toEqual({ text, encoding: unicode });
      }),
    );
  });

  test('what a line alone does not tell, the language in the name of the file does', () => {
    const bytes = iconv.encode('Sana ne söyleyeceğimi bilmiyorum.', 'windows-1254');
    expect(decodeText(bytes, 'tr').encoding).toBe('windows-1254');
    expect(decodeText(bytes, 'is').encoding).toBe('windows-1252');
  });

  test('plain ASCII is UTF-8, and so is an empty file', () => {
    expect(decodeText(new TextEncoder().encode('Hello'))).toEqual({ text: 'Hello', encoding: 'utf-8' });
    expect(decodeText(new Uint8Array())).toEqual({ text: '', encoding: 'utf-8' });
  });

  test('English with the quotes of Windows', () => {
    const text = 'It’s “over”, she said… Don’t cry.';
    expect(decodeText(iconv.encode(text, 'windows-1252')).text).toBe(text);
  });

  test('UTF-8 with a broken character stays UTF-8', () => {
    const bytes = new TextEncoder().encode(subtitlesOf(Array.from({ length: 20 }, () => '나는 네가 지난여름에 한 일을 알고 있다.')));
    expect(decodeText(bytes.subarray(0, bytes.lastIndexOf(0xeb) + 2)).encoding).toBe('utf-8');
  });

  test('Chinese is found where the name of the file says that it is Chinese', () => {
    const text = subtitlesOf(['你昨天晚上去哪里了？', '我不知道该对你说什么。']);
    expect(decodeText(iconv.encode(text, 'gbk'), 'zh').text).toBe(text);
  });
});
