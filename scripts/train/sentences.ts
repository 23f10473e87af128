import type { EntitySpan, Example, NameLists } from './entities.ts'
import { pick, type Random } from './random.ts'

/**
 * Our own sentences around names, in the languages for which there is no corpus that weights may be made of, and in
 * English as people write to an assistant. `{F}` is a first name, `{L}` a surname, `{I}` an initial, `{N}` both, `{C}` a place, `{O}` a
 * firm. Those without a slot teach how sentences begin that name nobody.
 */
const SENTENCES: Readonly<Record<string, string>> = {
  en: `{F}|{F}|{N}|{L}|{L}, {F}|{F} -|"{N}" wrote:|Thanks from {F}|Posted by {F}|by {N}|{F} says hi|{F} and {F} are looking for you.|{F} asked me to call.|Talk to {L} if you are ready.|Take it from {L}.|he said that {F} is late|{N}, {O}|To: {L}, {F}|Hurricane Season Begins|Taco Bell|Great Job|Burger King|The Prophet|In the Year of the Lord|Visit Our Website|Best Price Guaranteed|Terms Of Service|Grand Total|Customer Service|Sales Tax|Business Plan Template|Machine Learning Engineer|Attorney-Client Privileged|Legal Privilege|LEGAL PRIVILEGE AND ADVICE|STRICTLY CONFIDENTIAL|Non-Disclosure Agreement|Vice-President of Sales|Board Meeting Minutes|Work Product Doctrine|Export Control Notice|Trade-Secret Protection|Frequently Asked Questions|What Is Acid Reflux|Next-Generation Sequencing|Step-By-Step Guide|Blood Pressure And Heart Rate|Stainless Steel Kitchen Sink|Getting Started With Docker|My name is {N} and I work at {O} in {C}.|Can you write a reply to {F} saying I can't make it on Friday?|Hi {F},|Dear {N},|Best regards, {N}|Thanks, {F}|Regards,\n{N}\n{O}|I had a call with {N} from {O} yesterday.|{F} told me that {F} is moving to {C}.|Write a recommendation letter for my student {N}.|Rewrite this email so that it sounds polite: Hello {F}, please send me the file.|Please ask {F} {L} about the invoice.|{N}, {N} and {N} attended the meeting.|Attendees: {N}, {N}|From: {N}|Assigned to {N}|{L}, {F}|Mr {L} called again.|Dr. {L} will see you at nine.|Ms. {N} lives in {C} with her husband {F}.|i talked to {F} about it|my boss {F} keeps asking|Author: {N}|Character: {F}, a shy girl from {C}|{F}: I don't know.\n{F}: Neither do I.|{F}'s mother called me.|{L}'s theory was rejected.|The {L} family moved from {C} to {C}.|Prepare a cover letter for {N} who applies to {O}.|Could you translate this for {F}?|According to {N}, {O} lost money.|What should I say to {F}?|Summarize the interview with {N}.|Employee {N} was promoted.|Interview with {N}, head of sales at {O}|Please Note That This Is A Heading|How do I sort a list in Python?|Write a function that returns the sum.|Explain the difference between a list and a tuple.|Create A Marketing Plan|Use the following JSON.|Given the Table below, Return the Answer as CSV.|Thank You|Monday, Tuesday and Wednesday|Public Static Void Main|Import React from the library.|Dear Sir or Madam,|Dear Hiring Manager,|Best Regards|Good Morning Team,|The Quick Start Guide|Chapter One|Introduction|Key Points|Terms And Conditions`,
  de: `{L}|{L}|{L}   {L}   {L}|{F} {L}|RiBGH {L} ist verhindert.|Der Zeuge {I} sagte aus.|Die Klägerin {I} verlangt Ersatz.|Dr. {L} hat die Patientin untersucht.|Frau {I} und Herr {I} haben unterschrieben.|Geräte zur Übertragung, Speicherung und Verarbeitung von Daten.|Lautsprecher, Kopfhörer, Mikrophone und Bildschirme.|Zeitschriften, Bücher, Hefte und Broschüren.|Die Wohnung, die Kanzlei und der Briefkasten.|Der Kläger und die Beklagte tragen die Kosten.|Die Revision gegen das Urteil wird zurückgewiesen.|Im Stil zwischen Romanik und Gotik.|Fragen und Antworten zum Vertrag.|Gesundheit, Freiheit und Gerechtigkeit.|Impfstoff, Medikamente und Verbandsmaterial.|Schüler, Lehrer und Eltern trafen sich in der Turnhalle.|Tausende Pendler warteten am Bahnhof.|Regierung, Opposition und Gewerkschaften streiten.|Das Bild zeigt einen Berg.|Gemeinderat und Bürgermeister stimmten zu.|Eine Ausbildung im Ausland kostet Geld.|Äpfel, Birnen und Kirschen.|Montag, Dienstag und Mittwoch.|Januar, Februar und März.|Wissenschaft und Forschung brauchen Förderung.|Der Motor, das Getriebe und die Bremsen.|Eigentümer, Mieter und Verwalter.|Die Universität bietet Seminare an.|Strafe, Haft und Bewährung.|Der Angeklagte schwieg.|Polizei und Feuerwehr kamen.|Laut Bericht stieg der Umsatz.|Das Drama spielt im Mittelalter.|Mein Name ist {N} und ich arbeite bei {O} in {C}.|Sehr geehrte Frau {L},|Sehr geehrter Herr {L},|Liebe {F},|Hallo {F}, kannst du mir die Datei schicken?|Viele Grüße\n{N}|Mit freundlichen Grüßen, {N}|Gestern habe ich mit {N} telefoniert.|{F} zieht von {C} nach {C}.|Herr {L} und Frau {L} kommen auch.|Der Kunde {N} wartet auf eine Antwort.|Die Klägerin {N} wohnt in {C}.|Schreibe eine Antwort an {F}.|Ansprechpartner: {N}|{L}, {F}|Laut {N} von {O} ist das falsch.|Bitte frag {F} {L} nach der Rechnung.|Der Vertrag mit {O} endet im Mai.|Wie sortiere ich eine Liste?|Schreibe eine Zusammenfassung des Textes.|Der Hund läuft durch den Garten.|Die Rechnung ist am Montag fällig.|Sehr geehrte Damen und Herren,|Vielen Dank für Ihre Nachricht.|Bitte beachten Sie die Hinweise.|Der Antrag auf Erteilung einer Genehmigung wurde abgelehnt.|Welche Vorteile hat die Lösung?|Das Gericht hat die Klage abgewiesen.|Im Jahr wurde der Verein gegründet.|Die Stadt liegt am Fluss.`,
  fr: `Je m'appelle {N} et je travaille chez {O} à {C}.|Bonjour {F},|Chère {F},|Cher Monsieur {L},|Madame {L} est absente aujourd'hui.|M. {L} a signé le contrat.|Mme {N} habite à {C}.|Cordialement,\n{N}|J'ai parlé avec {N} hier.|{F} et {F} partent pour {C}.|Merci {F} !|Le client {N} attend une réponse.|Écris une lettre à {F} {L}.|Selon {N}, directeur de {O}, les prix vont monter.|{L} {F}|Contact : {N}|Ma sœur {F} vit à {C}.|Le docteur {L} m'a reçu.|Bonjour, pouvez-vous m'aider ?|Merci beaucoup pour votre réponse.|Quelle est la capitale du pays ?|Le projet avance bien.|Les élèves lisent un livre.|Écris un résumé du texte.|Comment trier une liste ?|Nous avons reçu votre demande.|Veuillez agréer mes salutations.|Cette fonction renvoie une valeur.|Aujourd'hui, il fait beau.`,
  es: `Me llamo {N} y trabajo en {O}, en {C}.|Hola {F},|Estimada {F} {L}:|Estimado señor {L}:|La señora {L} vive en {C}.|El Sr. {L} ha llamado.|Un saludo,\n{N}|Ayer hablé con {N}.|{F} y {F} se mudan a {C}.|Gracias, {F}.|El cliente {N} espera una respuesta.|Escribe una carta para {F} {L}.|Según {N}, de {O}, no es cierto.|Nombre: {F}\nApellidos: {L} {L}|Contacto: {N}|Mi hermana {F} vive en {C}.|La doctora {L} me atendió.|Paciente: {N}|Hola, ¿puedes ayudarme?|Muchas gracias por su respuesta.|¿Cuál es la capital del país?|El proyecto va bien.|Escribe un resumen del texto.|Los niños leen un libro.|Hemos recibido su solicitud.|Exploración física normal.|Se realizó una ecografía.|Tratamiento con antibióticos.|Esta función devuelve un valor.`,
  it: `Mi chiamo {N} e lavoro per {O} a {C}.|Ciao {F},|Cara {F},|Gentile signora {L},|Il signor {L} ha firmato.|La dottoressa {L} è assente.|Cordiali saluti,\n{N}|Ieri ho parlato con {N}.|{F} e {F} si trasferiscono a {C}.|Grazie {F}!|Il cliente {N} aspetta una risposta.|Scrivi una lettera a {F} {L}.|Secondo {N}, di {O}, non è vero.|Referente: {N}|Mia sorella {F} vive a {C}.|Buongiorno, può aiutarmi?|Grazie mille per la risposta.|Qual è la capitale del paese?|Il progetto va avanti.|Scrivi un riassunto del testo.|Abbiamo ricevuto la sua richiesta.|Questa funzione restituisce un valore.`,
  nl: `Ik heet {N} en werk bij {O} in {C}.|Hoi {F},|Beste {F},|Geachte heer {L},|Mevrouw {L} is vandaag afwezig.|Met vriendelijke groet,\n{N}|Gisteren sprak ik met {N}.|{F} en {F} verhuizen naar {C}.|Dank je, {F}.|De klant {N} wacht op antwoord.|Schrijf een brief aan {F} {L}.|Volgens {N} van {O} klopt dat niet.|Contactpersoon: {N}|Mijn zus {F} woont in {C}.|Kunt u mij helpen?|Bedankt voor uw bericht.|Wat is de hoofdstad van het land?|Schrijf een samenvatting van de tekst.|Wij hebben uw aanvraag ontvangen.|Deze functie geeft een waarde terug.`,
  pt: `Meu nome é {N} e trabalho na {O} em {C}.|Olá {F},|Prezada {F} {L},|O senhor {L} ligou.|A Sra. {L} mora em {C}.|Atenciosamente,\n{N}|Ontem falei com {N}.|{F} e {F} vão para {C}.|Obrigado, {F}.|O cliente {N} espera uma resposta.|Escreva uma carta para {F} {L}.|Segundo {N}, da {O}, não é verdade.|Contato: {N}|A minha irmã {F} mora em {C}.|Pode me ajudar?|Muito obrigado pela resposta.|Qual é a capital do país?|Escreva um resumo do texto.|Recebemos o seu pedido.|Esta função devolve um valor.`,
  pl: `Nazywam się {N} i pracuję w {O}.|Cześć {F},|Szanowny Panie {L},|Szanowna Pani {L},|Pan {L} dzwonił wczoraj.|Pozdrawiam,\n{N}|Wczoraj rozmawiałem z {N}.|{F} i {F} jadą do {C}.|Dziękuję, {F}.|Klient {N} czeka na odpowiedź.|Kontakt: {N}|Moja siostra {F} mieszka w {C}.|Czy możesz mi pomóc?|Dziękuję za odpowiedź.|Jaka jest stolica kraju?|Napisz streszczenie tekstu.|Otrzymaliśmy wniosek.|Ta funkcja zwraca wartość.`,
  sv: `Jag heter {N} och jobbar på {O} i {C}.|Hej {F},|Bästa {F},|Herr {L} ringde igen.|Med vänliga hälsningar,\n{N}|Igår pratade jag med {N}.|{F} och {F} flyttar till {C}.|Tack, {F}!|Kunden {N} väntar på svar.|Skriv ett brev till {F} {L}.|Enligt {N} på {O} stämmer det inte.|Kontaktperson: {N}|Min syster {F} bor i {C}.|Kan du hjälpa mig?|Tack för ditt svar.|Vad heter landets huvudstad?|Skriv en sammanfattning.|Vi har fått din ansökan.`,
  cs: `Jmenuji se {N} a pracuji v {O}.|Ahoj {F},|Vážený pane {L},|Vážená paní {L},|S pozdravem\n{N}|Včera jsem mluvil s {N}.|Kontakt: {N}|Můžete mi pomoci?|Děkuji za odpověď.|Napiš shrnutí textu.`,
  hu: `{L} {F} vagyok, a {O} munkatársa.|Kedves {F}!|Tisztelt {L} Úr!|Üdvözlettel,\n{L} {F}|Tegnap beszéltem {L} {F} kollégával.|Tudna segíteni?|Köszönöm a választ.|Írj összefoglalót.`,
  ro: `Mă numesc {N} și lucrez la {O}.|Bună {F},|Stimate domnule {L},|Cu respect,\n{N}|Ieri am vorbit cu {N}.|Mă poți ajuta?|Mulțumesc pentru răspuns.|Scrie un rezumat.`,
  sk: `Volám sa {N} a pracujem v {O}.|Ahoj {F},|Vážený pán {L},|S pozdravom\n{N}|Včera som hovoril s {N}.|Môžete mi pomôcť?|Ďakujem za odpoveď.`,
}

const PLACES =
  `London|Paris|Berlin|München|Hamburg|Köln|Wien|Zürich|Genf|Genève|Lyon|Marseille|Bordeaux|Madrid|Barcelona|Sevilla|Valencia|Roma|Milano|Torino|Napoli|Amsterdam|Rotterdam|Utrecht|Bruxelles|Lisboa|Porto|Warszawa|Kraków|Gdańsk|Praha|Brno|Budapest|Stockholm|Göteborg|Malmö|Oslo|Helsinki|Dublin|Manchester|Leeds|Edinburgh|New York|Chicago|Boston|Seattle|San Francisco|Los Angeles|Austin|Texas|California|Ohio|Toronto|Vancouver|Sydney|Melbourne|Tokyo|Osaka|Mumbai|Delhi|Bangalore|Singapore|Beijing|Shanghai|Nairobi|Lagos|Cairo|Istanbul|Athens|Germany|France|Spain|Italy|Poland|Sweden|India|China|Japan|Brazil|Mexico|Canada|Deutschland|Frankreich|España|Italia|Nederland|Polska|Sverige|Bucureşti|Bratislava|São Paulo|Buenos Aires|Bogotá|Lima|Santiago`.split(
    '|',
  )
const FIRMS = ['{L} GmbH', '{L} & {L}', '{L} Ltd', '{L} Inc.', '{L} Group', '{L} AG', '{L} Bank']

const LANGUAGES = Object.keys(SENTENCES)
const TAG = { person: 1, location: 2, organization: 3 } as const

/** One of the sentences, filled with names of its language, sometimes of another. */
export function ownSentence(random: Random, names: ReadonlyMap<string, NameLists>): Example {
  const language = random() < 0.3 ? 'en' : pick(random, LANGUAGES)
  const template = pick(random, (SENTENCES[language] ?? '').split('|'))
  const other = pick(random, [...names.keys()])
  const lists = (random() < 0.6 ? names.get(language) : undefined) ?? names.get(other)
  if (lists === undefined) throw new Error(`no names of ${other}`)
  let text = ''
  const spans: EntitySpan[] = []
  for (const piece of template.split(/(\{[A-Z]\})/)) {
    const filled = fill(random, piece, lists)
    if (filled.tag !== undefined) {
      spans.push({ start: text.length, end: text.length + filled.text.length, tag: filled.tag })
    }
    text += filled.text
  }
  return { text, spans }
}

function fill(random: Random, piece: string, lists: NameLists): { text: string; tag?: number } {
  const first = () => pick(random, lists.first)
  const last = () => pick(random, lists.surnames)
  switch (piece) {
    case '{F}':
      return { text: first(), tag: TAG.person }
    case '{L}':
      return { text: last(), tag: TAG.person }
    case '{N}': {
      const middle =
        random() < 0.15 ? ` ${first().slice(0, 1)}.` : random() < 0.05 ? ` ${first()}` : ''
      return { text: `${first()}${middle} ${last()}`, tag: TAG.person }
    }
    case '{I}':
      return { text: `${last().slice(0, 1)}.`, tag: TAG.person }
    case '{C}':
      return { text: pick(random, PLACES), tag: TAG.location }
    case '{O}':
      return { text: pick(random, FIRMS).replaceAll('{L}', last), tag: TAG.organization }
    default:
      return { text: piece }
  }
}
