/**
 * One person, near an illness or a drug: a named patient, a relative, somebody of an age, somebody of whom a diagnosis
 * is told, or the writer. A question or an article about the illness names nobody. `health` reports what this finds.
 */
export type Anchor = {
  readonly words: readonly string[]
  /** Of the text that ends where the word begins. */
  readonly before?: RegExp
  /** Of the text that begins where the word ends; the illness or drug stands behind what it matched. */
  readonly after?: RegExp
  /** How far, in characters; a `note` has its own reach. */
  readonly reach: number | 'note'
  /** What must not stand between: it makes the illness somebody else's, or a topic. */
  readonly without?: RegExp
}

const listed = (text: string): readonly string[] => text.split(',').map((word) => word.trim())

const CAPITAL_NAME = '[A-Z\\u00c0-\\u00de][a-z\\u00df-\\u024f]{1,24}'
/** Nouns that follow "Patient" in headings and job titles. */
const NO_NAME =
  '(?!(?:Access|Admin|Advoca|Assess|Assist|Association|Care|Center|Centre|Data|Demograph|Educat|Engag|Enrol|Experience|Flow|Forum|Group|Guid|Health|History|Info|Instruct|Journey|Lifting|Manage|Material|Monitor|Navigat|Network|Organi|Outcome|Polic|Popul|Portal|Privacy|Protect|Record|Referral|Regist|Report|Resource|Rights|Safety|Satisf|Select|Service|Stories|Summit|Support|Transport)[A-Za-z]{0,12})'
const NAMED = new RegExp(
  `^(?::|,)? (?:Herr |Frau |Mr\\.? |Mrs\\.? |Ms\\.? )?${NO_NAME}${CAPITAL_NAME},? (?:[A-Z]\\.? )?${CAPITAL_NAME}`,
)
const BORN_OR_AGED =
  /^(?:: ?|, ?| )\(?(?:(?:is|was|de|aged?|an?) ){0,2}(?:\d{1,3}[ -]?(?:y\/?o|yrs?|years?|a\xf1os|ans|jahre|j\xe4hrig)\b|\d{1,3},|dob\b|born\b|geb\b|geboren|n\xe9e? (?:le|en)\b|nacid[oa] )/i
/** A note's clipped sentences: no article, and a verb of the ward. */
const IN_NOTE =
  /^ (?:(?:is|was|has been|also|currently) )?(?:c\/o|reports|denies|complains|presents|presented|presenting|admitted|on [a-z]{4}|taking|takes|tested|s\/p|with h[x/]|has (?:a )?h[x/]|has a (?:past|history))/
const SUFFERS =
  /^,? (?:(?:der|die|qui|que|also|auch|seit|hat|wurde|ist|est|a \xe9t\xe9|ha sido|tiene|presenta|pr\xe9sente) ){0,3}(?:leidet|klagt|nimmt|erh\xe4lt|bekommt|traitée?|souffre|prend|suivie?|sous|atteinte?|diagnosti|padece|sufre|toma|tratad[oa]|en tratamiento|(?:am|mit|wegen|aufgenommen|avec) )/i

const AGES = listed(`
  year old, years old, y o, yo, y/o, yr old, años, ans, jährige, jähriger`)
const OF_SOMEBODY =
  /^ ?(?:,|\()? ?(?:[\w-]{1,20} ){0,3}(?:male|female|man|woman|boy|girl|gentleman|lady|patient|patientin|patiente|var\xf3n|mujer|hombre|paciente|mann|frau|homme|femme|m|f|with|son|daughter|mother|father|con|mit)\b/i

const RELATIVES = listed(`
  mother, mom, mum, father, dad, son, daughter, wife, husband, partner, sister, brother, grandmother,
  grandfather, grandma, grandpa, aunt, uncle, cousin, boyfriend, girlfriend, fiancé, fiancée, child, kid, baby,
  boss, coworker, colleague, employee, roommate, neighbor, neighbour, friend, mutter, mama, vater, sohn,
  tochter, mann, frau, bruder, schwester, oma, opa, mère, père, fils, fille, mari, femme, frère, soeur, sœur,
  madre, padre, hijo, hija, esposa, esposo, marido, hermano, hermana, abuela, abuelo, mamá, papá`)
const OURS =
  /(?:^|[^a-z])(?:my|our|meine?[rnms]?|unsere?[rnms]?|mon|ma|notre|mi|nuestr[oa]) (?:[\w-]{1,12} ){0,2}$/i

const DIAGNOSED = listed(`
  diagnosed with, diagnosed as, tested positive for, tested hiv positive, suffers from, suffering from,
  struggles with, struggling with, struggled with, battling, hospitalized for, treated for, undergoing,
  recovering from, diagnosis of, died of, history of, leidet an, leidet unter, souffre de, souffre d,
  atteint de, atteinte de, padece, padece de, sufre de, diagnosticado de, diagnosticada de, diagnosticado con,
  diagnosticada con, takes, taking, nimmt, prend, toma, prescribed, diagnosticaron`)
/** Starts of sentences that are nobody's name. */
const NOBODY =
  '(?!(?:People|Person|Patients?|Someone|Somebody|Anyone|Anybody|Everyone|Children|Child|Women|Woman|Men|Man|Persons|Individuals?|Those|They|You|We|If|When|Who|Whoever|Many|Most|Some|Few|Adults?|Doctors?|It|This|That|These|Your|The|An|And|But|Or|In|On|For|After|Before|While|As|At|One|Each|What|How|Does|Do|Is|Are|Was|Not|Being|Having|Also|Because|Since|Once|Students?|Teens?|Babies|Infants?|Anyone|Try|Stop|Start|Avoid|Consider|Think|Diabetes|Research|Study|Studies|Treatment|Medicine|Medication|However|Have|Has|Had|Get|Americans|Surgery|Insurance|By|With|Without|From|Until|To|About|Family|Personal|Medical)\\b)'
const OF_HIM_OR_HER = new RegExp(
  `(?:(?:^|[^A-Za-z])(?:[Ii]|[Mm]e|he|He|she|She|Er|er|Elle|elle|Il|il|[Mm]y [a-z]{2,12}|[Hh]is [a-z]{2,12}|[Hh]er [a-z]{2,12}|${NOBODY}${CAPITAL_NAME})(?:'s|’s|'ve|’ve|'m|’m|'d)?[,:]?)(?: (?:who|was|is|am|has|had|have|been|being|be|got|get|recently|just|also|currently|still|now|secretly|recently|privately|newly|first|a|été|est|wurde|ha|sido|fue|to|the|with|started|began)){0,4} $`,
)

const FIRST = listed(`
  i have, i had, i take, i am, i was, i got, i suffer, i started, i live with, my, i've, i'm, i’ve, i’m,
  ich habe, ich nehme, ich leide, ich bin, bei mir, meine, meiner, meinen, j'ai, j’ai, je prends, je souffre,
  je suis, tengo, tomo, padezco, sufro`)
/** A new sentence, a thing that is only about it, or others. */
const ELSEWHERE =
  /[?!;\n]|\. |\b(?:to|about|article|essay|paper|question|questions|dataset|data|project|exam|class|course|book|code|app|website|list|table|file|model|patients|clients|users|people|never|no|not|nothing|or|if|read|heard|research|researcher|researching|doctor|nurse|student|writing|working|looking|trying|building|developing|studying|teaching|reading|interested|wondering|curious|presentation|company|startup|team|charity|story|novel|character|topic|lecture|risk|chance|chances|prevent|avoid|idea|idee|frage|kein|keine|pas|no)\b/i
const AS_TOPIC =
  /[?]|\b(?:article|essay|paper|research|researcher|researches|study|studies|studying|patients|charity|campaign|foundation|society|hospital|dataset|novel|class|course|lecture|risk|risks|likely)\b/i

export const ANCHORS: readonly Anchor[] = [
  { words: ['patient', 'patientin', 'patiente', 'paciente', 'pt'], after: NAMED, reach: 'note' },
  {
    words: ['patient', 'patientin', 'patiente', 'paciente', 'pt'],
    after: BORN_OR_AGED,
    reach: 'note',
  },
  { words: ['patient', 'pt'], before: /(?:^|[.:;\n"] ?)$/, after: IN_NOTE, reach: 'note' },
  { words: ['patient', 'patientin', 'patiente', 'paciente'], after: SUFFERS, reach: 120 },
  {
    words: ['patient', 'patientin', 'patiente', 'paciente'],
    before: OURS,
    reach: 120,
    without: AS_TOPIC,
  },
  { words: AGES, before: /\d[ -]?$/, after: OF_SOMEBODY, reach: 160, without: AS_TOPIC },
  { words: RELATIVES, before: OURS, reach: 100, without: AS_TOPIC },
  { words: DIAGNOSED, before: OF_HIM_OR_HER, reach: 60, without: ELSEWHERE },
  {
    words: [
      'mr',
      'mrs',
      'ms',
      'herr',
      'herrn',
      'frau',
      'señor',
      'señora',
      'sr',
      'sra',
      'monsieur',
      'madame',
      'mme',
    ],
    after: new RegExp(`^\\.? ${CAPITAL_NAME}`),
    reach: 100,
    without: AS_TOPIC,
  },
  { words: FIRST, reach: 36, without: ELSEWHERE },
]
