import type { RuleName } from '../levels.ts'

const phrases = (rule: RuleName, list: string): readonly (readonly [string, RuleName])[] =>
  list.split(/\n\s*|, /).map((phrase) => [phrase, rule])

/** Phrases that nobody writes but to mark a text: en, de, fr, es, it, nl, pt, pl, sv. */
export const DECLARING: ReadonlyMap<string, RuleName> = new Map([
  ...phrases(
    'marker-strict',
    `strictly confidential, highly confidential, top secret, most confidential, secret and confidential
    streng vertraulich, streng geheim, strictement confidentiel, très confidentiel, estrictamente confidencial
    strettamente riservato, strettamente confidenziale, strikt vertrouwelijk, estritamente confidencial, ściśle poufne
    ściśle tajne, strängt konfidentiellt, contains trade secrets, contains trade secret information`,
  ),
  ...phrases(
    'marker-confidential',
    `company confidential, confidential information, confidential and proprietary, proprietary and confidential
    proprietary & confidential, confidential & proprietary, commercial in confidence, business confidential
    commercially sensitive, do not distribute, not for distribution, do not forward, not for circulation, under nda
    subject to nda, covered by nda, confidential treatment requested, do not copy or distribute
    nur für den dienstgebrauch, nur für internen gebrauch bestimmt, vertrauliche informationen, nicht zur weitergabe
    informations confidentielles, diffusion restreinte, ne pas diffuser, información confidencial, no distribuir
    informazioni riservate, non divulgare, vertrouwelijke informatie, niet verspreiden, informação confidencial
    não divulgar, informacje poufne, tajemnica przedsiębiorstwa, konfidentiell information`,
  ),
  ...phrases(
    'marker-internal',
    `internal only, internal use only, for internal use, not for external, not for public release, internal document
    nur für den internen gebrauch, nur für internen gebrauch, nur zum internen gebrauch, à usage interne
    usage interne uniquement, solo para uso interno, exclusivo uso interno, solo per uso interno, ad uso interno
    alleen voor intern gebruik, uitsluitend voor intern gebruik, apenas para uso interno, somente para uso interno
    do użytku wewnętrznego, endast för internt bruk, för internt bruk`,
  ),
  ...phrases(
    'marker-legal',
    `attorney client privileged, lawyer client privileged, solicitor client privileged, legally privileged
    privileged and confidential, privileged & confidential, confidential and privileged, confidential & privileged
    attorney work product, attorney client communication, attorney client confidential, subject to legal privilege
    protected by attorney client privilege, subject to attorney client privilege, common interest privilege
    prepared in anticipation of litigation, prepared at the direction of counsel, prepared at the request of counsel
    without prejudice save as to costs, anwaltlich privilegiert, vertrauliche anwaltskorrespondenz
    unterliegt dem anwaltsgeheimnis, couvert par le secret professionnel, confidentiel avocat client
    secret professionnel de l'avocat, amparado por el secreto profesional, privilegio abogado cliente
    secreto profesional abogado cliente, coperto da segreto professionale, riservato avvocato cliente
    vertrouwelijke advocatencorrespondentie, sigilo advogado cliente, objęte tajemnicą adwokacką
    tajemnica adwokacka, omfattas av advokatsekretess`,
  ),
  ...phrases(
    'marker-export',
    `itar controlled, itar restricted, itar technical data, subject to itar, subject to the itar, ear controlled
    export controlled information, us persons only
    u.s. persons only, export is restricted by the arms export control act
    exportkontrolliert, unterliegt der exportkontrolle, unterliegt der ausfuhrkontrolle, soumis au contrôle des exportations
    sujeto a control de exportación, soggetto a controllo delle esportazioni`,
  ),
])

/** Phrases that people also talk about: they mark a text only where they stand by themselves, or shout. */
export const STANDING: ReadonlyMap<string, RuleName> = new Map([
  ...phrases(
    'marker-confidential',
    `confidential, vertraulich, confidentiel, confidencial, riservato, confidenziale, vertrouwelijk, poufne, konfidentiellt
    proprietary, geschäftsgeheimnis, secret des affaires, secreto comercial, segreto commerciale, bedrijfsgeheim
    segredo comercial`,
  ),
  ...phrases('marker-internal', `internal, intern, interne, interno, verschlusssache`),
  ...phrases(
    'marker-legal',
    `privileged, attorney client privilege, solicitor client privilege, legal privilege, legal professional privilege
    work product, litigation hold, anwaltsgeheimnis, secret professionnel, secreto profesional, segreto professionale
    beroepsgeheim, sigilo profissional`,
  ),
  ...phrases(
    'marker-export',
    `itar, noforn, export control, export controlled, export restricted, exportkontrolle, arms export control act`,
  ),
  ...phrases(
    'marker-strict',
    `trade secret, trade secrets, restricted, secret, geheim, embargoed, controlled unclassified information`,
  ),
  ...phrases(
    'marker-hr',
    `personnel file, performance improvement plan, termination letter, grievance hearing, personalakte, abmahnung
    dossier du personnel, expediente personal, fascicolo personale
    personeelsdossier, akta osobowe`,
  ),
])

/** Labels of forms: they mark a text only with a value behind, `Employee ID: 20417`. */
export const LABELS: ReadonlyMap<string, RuleName> = new Map([
  ...phrases(
    'marker-hr',
    `employee id, employee name, employee number, staff number, personnel number, payroll number, date of hire, hire date
    performance rating, personalnummer, mitarbeiternummer, eintrittsdatum, matricule, date d'embauche
    número de empleado, fecha de contratación, personeelsnummer, número do funcionário, numer pracownika
    anställningsnummer`,
  ),
  ...phrases('marker-export', `eccn, usml category, export control classification number`),
])

/** Scripts without spaces or case: these stand in brackets or on a line of their own. */
export const FAR: readonly (readonly [string, RuleName])[] = [
  ...phrases('marker-strict', '绝密, 極秘, 최고기밀, سري للغاية, совершенно секретно'),
  ...phrases(
    'marker-confidential',
    '机密, 機密, 商业秘密, 営業秘密, 社外秘, 秘密, 대외비, 기밀, سري, конфиденциально, строго конфиденциально',
  ),
  ...phrases('marker-internal', '内部资料, 内部使用, 部外秘, 내부용, для служебного пользования'),
]
