/**
 * How often characters beyond ASCII stand in texts of a language, coarse on purpose: it only has to tell encodings apart. In
 * each string the most frequent come first, and the n-th is taken to be 1/(n+2) as frequent (Zipf).
 */
export interface LetterModel {
  /** As iconv-lite names it. */
  encoding: string;
  /** BCP 47 of the languages it stands for: a hint from a file's name is compared with these. */
  languages: readonly string[];
  /** Lower case. */
  letters: string;
  /** Large sets of characters of which each is as frequent as another, and how much of a text they make up. */
  classes?: readonly { kind: CharacterClass; share: number }[];
}

/** How many there are of each is in choose-encoding.ts. */
export type CharacterClass = 'hangul-common' | 'hangul-rare' | 'kanji-common' | 'kanji-rare' | 'katakana' | 'half-katakana' | 'han';

const LATIN: readonly [encoding: string, languages: string, letters: string][] = [
  ['windows-1252', 'en', ''],
  ['windows-1252', 'fr', 'éèàêçùôâîûëïœü'],
  ['windows-1252', 'es ca gl', 'óíáéñúü¿¡çèòà'],
  ['windows-1252', 'pt', 'ãéçáíóêõúàâô'],
  ['windows-1252', 'it', 'èàùòìé'],
  ['windows-1252', 'de', 'üäöß'],
  ['windows-1252', 'sv fi', 'äåö'],
  ['windows-1252', 'da no nb nn', 'øåæéò'],
  ['windows-1252', 'is fo', 'íáðéóúöæþý'],
  ['windows-1252', 'nl', 'ëéïöè'],
  ['windows-1250', 'pl', 'łżęóąśćźń'],
  ['windows-1250', 'cs sk', 'íáéěčýžřšůúťóňďäôľĺŕ'],
  ['windows-1250', 'hu', 'áéőöíóüúű'],
  ['windows-1250', 'ro', 'ăîşţâ'],
  ['windows-1250', 'hr sl bs sr', 'čšžćđ'],
  ['windows-1254', 'tr az', 'ıüşçğöâîû'],
  ['windows-1257', 'lt', 'ėšųįžūčęą'],
  ['windows-1257', 'lv', 'āēīšūžņļģķč'],
  ['windows-1257', 'et', 'äõüö'],
  ['windows-1258', 'vi', 'àđáạảăâêôơưéèíìóòúùýã\u0300\u0301\u0303\u0309\u0323'],
];

const OTHERS: readonly [encoding: string, languages: string, letters: string][] = [
  ['windows-1251', 'ru', 'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё'],
  ['windows-1251', 'uk be', 'оанивтеірсклудмпяьзйгбчхцюїжєщшфґўыэ'],
  ['windows-1251', 'bg mk sr', 'аоиетнрсвлкдпмзяъугбчцжйшхщюфьјљњћђџќѓѕ'],
  ['windows-1253', 'el', 'αοιετσνηυρπκμλςωδγέίάόχθύφβήξζώψϊϋΐΰ'],
  ['windows-1255', 'he', 'יולאהמרתבשנדעחקכפצםגטסזןךףץ\u05b0\u05b4\u05b7\u05b8\u05bc'],
  ['windows-1256', 'ar fa ur', 'النميوتربةعدسكفقهحجىأخطصشضذزثءغئإؤظآپچگ،؟؛'],
];

const KOREAN =
  '이다는에을가고하의를은지도한기사어로나리서아시니만요자인해있그게들라대수안정거내보일면전주무야여과우상구그제스장오부게러던것저비말마할데없드조모미원와었네세바소신공동생연적으성위문유간방국중당진때분실까등못러았건좋봐알';
const JAPANESE =
  'いのたにてしなるはとがをっだんかでれまらうすもこあよりきさくせどけえねつおそめちみやろわじばゃょむごげほびべひふずへぎゅょ';

export const LETTER_MODELS: readonly LetterModel[] = [
  ...LATIN.map(asModel),
  ...OTHERS.map(asModel),
  {
    encoding: 'cp949',
    languages: ['ko'],
    letters: KOREAN,
    classes: [
      { kind: 'hangul-common', share: 0.25 },
      { kind: 'hangul-rare', share: 0.004 },
      { kind: 'han', share: 0.002 },
    ],
  },
  {
    encoding: 'shift_jis',
    languages: ['ja'],
    letters: JAPANESE,
    classes: [
      { kind: 'kanji-common', share: 0.25 },
      { kind: 'katakana', share: 0.1 },
      { kind: 'kanji-rare', share: 0.002 },
      { kind: 'half-katakana', share: 0.001 },
    ],
  },
];

/** Only where a file's name says that it is Chinese: their bytes are too much like Korean ones to be taken for granted. */
export const HINTED_MODELS: readonly LetterModel[] = [
  { encoding: 'gb18030', languages: ['zh'], letters: '的一是不了我在有人这他你', classes: [{ kind: 'han', share: 0.7 }] },
  { encoding: 'big5', languages: ['zh'], letters: '的一是不了我在有人這他你', classes: [{ kind: 'han', share: 0.7 }] },
];

function asModel([encoding, languages, letters]: readonly [string, string, string]): LetterModel {
  return { encoding, languages: languages.split(' '), letters };
}
