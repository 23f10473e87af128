/**
 * Letters of other scripts that look like one of ASCII, as `ASCII: look-alikes`. A selection of the single-character
 * pairs of Unicode's confusables.txt (UTS #39, version 16): Cyrillic, Greek, Armenian, Cherokee, Lisu and phonetic letters.
 */
const TABLE = `
A:\u0391\u0410\u13aa\ua4ee B:\u0392\u0412\u13f4\ua4d0 C:\u0421\u03f9\u13df\ua4da D:\u13a0\ua4d3 E:\u0395\u0415\u13ac\ua4f0 F:\u03dc\ua4dd G:\u050c\u13c0\ua4d6
H:\u0397\u041d\u13bb\ua4e7 I:\u0399\u0406\u04c0\u13c6\ua4f2 J:\u037f\u0408\u13ab\ua4d9 K:\u039a\u041a\u13e6\ua4d7 L:\u13de\ua4e1 M:\u039c\u041c\u13b7\ua4df
N:\u039d\ua4e0 O:\u039f\u041e\u0555\ua4f3 P:\u03a1\u0420\u13e2\ua4d1 Q:\u051a R:\u13a1\ua4e3 S:\u0405\u054f\u13da\ua4e2 T:\u03a4\u0422\u13a2\ua4d4 U:\u054d\ua4f4
V:\u0474\u13d9\ua4e6 W:\u051c\u13b3\ua4ea X:\u03a7\u0425\ua4eb Y:\u03a5\u04ae\u13a9\ua4ec Z:\u0396\u13c3\ua4dc
a:\u0251\u03b1\u0430 b:\u042c\u13cf c:\u0441\u03f2\u1d04 d:\u0501\u13e7 e:\u0435\u04bd e:\u212e f:\u0584 g:\u0261\u0581 h:\u04bb\u0570 i:\u0131\u0269\u03b9\u0456
j:\u03f3\u0458 k:\u03ba\u043a l:\u04cf\u01c0 m:\u043c n:\u0578\u057c o:\u03bf\u043e\u0585\u1d0f p:\u03c1\u0440 q:\u051b\u0563 r:\u0433\u1d26
s:\u0455\u01bd s:\ua731 t:\u0442 u:\u03c5\u057d\u028b\u1d1c v:\u03bd\u0475\u1d20 w:\u0461\u051d\u0561\u1d21 x:\u0445 y:\u0443\u04af\u03b3\u028f z:\u1d22`

/** ASCII by look-alike. */
export const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  TABLE.trim()
    .split(/\s+/)
    .flatMap((line) => {
      const [ascii = '', likes = ''] = line.split(':')
      return Array.from(likes, (like) => [like, ascii] as const)
    }),
)

/** Any of them. */
export const LOOKALIKE = new RegExp(`[${[...LOOKALIKES.keys()].join('')}]`, 'g')
