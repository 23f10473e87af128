import { NAME } from './address-words.ts'

/** Ends of words that are streets, in German, Scandinavian, Dutch, Finnish, Hungarian and Czech. */
const ENDINGS =
  'straße,strasse,str.,weg,gasse,platz,allee,damm,ufer,steig,chaussee,gatan,vägen,gränd,torget,gata,vegen,veien,vei,veg,' +
  'vej,gade,allé,stræde,straat,laan,plein,kade,gracht,dijk,singel,steeg,plaats,katu,ntie,polku,kuja,utca,körút,bakken,backen,stien,plads'
/** The same as words of their own, behind a name. */
const APART =
  'Straße,Strasse,Weg,Platz,Allee,Gasse,Ring,Damm,Ufer,utca,út,tér,körút,gate,gata,gatan,väg,vei,vej,straat,laan,plein,katu,tie,ulice,náměstí,třída,rakpart'
/** Endings that stand for a street in small letters, too. */
const SMALL = /^[a-z\u00df-\u024f]{4,24}(?:straße|strasse|gatan|vägen|straat|gasse)$/
/** Words with such an ending that are none. */
const OTHER = /^(?:Brigade|Renegade|Decade|Arcade|Auntie|Bundesstraße|Bundesstrasse)$/

const endings = new RegExp(
  `.(?:-(?:Straße|Strasse|Str\\.|Platz|Allee|Weg|Ring|Damm|Ufer|Gasse)|${ENDINGS.replaceAll('.', String.raw`\.`).replaceAll(',', '|')})$`,
)
const apart = new Set(APART.split(','))
/** Last two letters of all of them: a quick no for every other number. */
const lastLetters = new Set(
  [...ENDINGS.split(','), ...APART.split(',')].map((ending) => ending.slice(-2)),
)

/** A word stands before `end` that may be the end of a street's name. */
export const mayEndStreet = (text: string, end: number): boolean =>
  lastLetters.has(text.slice(end - 2, end))

const NAMES_BEFORE = new RegExp(`(?:^|[^A-Za-z\\u00c0-\\u024f])((?:${NAME} ){1,2})$`)
const isCapital = (word: string): boolean => /^[A-Z\u00c0-\u00de]/.test(word)

/** `Hauptstraße `, `Kleine Storgatan `, `Király utca `: the street at the end of a text that ends with a space. */
export function namedByEnding(before: string): string | undefined {
  const line = before.slice(before.lastIndexOf('\n') + 1)
  const word = line.slice(line.lastIndexOf(' ', line.length - 2) + 1).replace(/,? $/, '')
  const rest = line.slice(0, line.lastIndexOf(' ', line.length - 2) + 1)
  // `Brasilien Platz 1` is a rank, `Potsdamer Platz 1` an address.
  if (word === 'Platz' && !rest.endsWith('er ')) return undefined
  if (apart.has(word)) {
    const names = NAMES_BEFORE.exec(rest)?.[1]
    return names === undefined ? undefined : line.slice(rest.length - names.length)
  }
  if (SMALL.test(word)) return line.slice(rest.length)
  if (!isCapital(word) || !endings.test(word) || OTHER.test(word)) return undefined
  // Names of one or two words in front, unless they begin the sentence: "Die Hauptstraße".
  const names =
    /(?:^|\s)((?:Am|An|Auf|Zum|Zur|Alte|Neue|Kleine|Große|Untere|Obere|Lange|Alter|Neuer|Store|Lille|Stora|Lilla|Gamla|Gamle|Nye|Nya|Oude|Nieuwe|Prins|Prinses|Koning|Sint|Van|[A-Z][a-z]+-) ){0,2}$/.exec(
      rest,
    )?.[0]
  return line.slice(rest.length - (names?.trimStart().length ?? 0))
}
