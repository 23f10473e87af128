/**
 * Words of medicine that seldom mean anything else, in English, German, French and Spanish, in small letters without
 * accents. Written for this detector from general knowledge; they need not be complete, because drugs and illnesses
 * are also known by how they end.
 */
const listed = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Illnesses and treatments of one word. */
export const CONDITIONS: ReadonlySet<string> = new Set(
  listed(`
  diabetes diabetic diabetics diabete diabetique diabetico diabetica diabetiker diabetikerin diabetischer zuckerkrank t1dm t2dm dm2
  prediabetes hypertension hypertensive hypertonie hypertonus bluthochdruck hipertension hipertenso hipertensa hta htn
  hypotension cancer cancers krebs krebserkrankung tumor tumors tumour tumours tumeur tumore tumoren carcinoma
  adenocarcinoma melanoma melanom melanome lymphoma lymphom lymphome linfoma leukemia leukaemia leukamie leucemie
  leucemia metastases metastasis metastasen metastasiert metastatic glioblastoma glioblastom glioma sarcoma myeloma neuroblastoma
  mesothelioma hiv sida hepatitis hepatite tuberculosis tuberkulose tuberculose syphilis sifilis chlamydia
  gonorrhea gonorrhoea herpes hpv malaria lyme asthma asthme asma asthmatic asthmatique copd epoc bpco emphysema bronchitis
  pneumonia pneumonie neumonia lungenentzundung sarcoidosis schizophrenia schizophrenie esquizofrenia schizoaffective
  depression depressionen depressiv depresion depressive psychosis psychose psicosis ptsd ptbs adhd adhs tdah ocd
  autism autismus autisme autismo autistic asperger anorexia anorexie bulimia bulimie alcoholism alkoholsucht
  alcoholisme alcoholismo dementia demenz demence demencia alzheimer alzheimers parkinson parkinsons epilepsy
  epilepsie epileptic epilepsia schlaganfall ictus avc infarkt herzinfarkt infarto infarctus angina arrhythmia
  arritmia afib fibrillation vorhofflimmern cardiomyopathy herzinsuffizienz chf ckd esrd niereninsuffizienz dialysis
  dialyse dialisis cirrhosis zirrhose cirrhose cirrosis pancreatitis crohn crohns colitis celiac coeliac zoliakie ibs
  diverticulitis arthritis osteoarthritis osteoporosis arthrose artrosis artritis rheuma polyarthrite lupus psoriasis
  schuppenflechte eczema neurodermitis fibromyalgia fibromyalgie fibromialgia sklerose migraine migraines migrane migrana
  hypothyroidism hyperthyroidism hypothyroid hypothyroidie hipotiroidismo hashimoto anemia anaemia anamie anemie hemophilia
  thrombosis thrombose trombosis dvt embolism embolie embolia sepsis endometriosis endometriose infertility
  miscarriage fehlgeburt preeclampsia pcos appendicitis appendicite apendicitis gallstones apnea apnoea neuropathy neuropathic neuropathie
  retinopathy glaucoma glaukom glaucome cataracts scoliosis skoliose sciatica bandscheibenvorfall hyperlipidemia
  dyslipidemia dislipidemia hypercholesterolemia hypercholesterinamie hypercholesterolemie cellulitis meningitis
  encephalitis chemotherapy chemo chemotherapie chimiotherapie quimioterapia radiotherapy strahlentherapie
  radiotherapie radioterapia mastectomy hysterectomy appendectomy cholecystectomy antidepressants antidepressant
  antidepressiva antidepresseurs antidepresivos antipsychotics suicidal suizidal suicidaire thalassemia paraplegia quadriplegic hydrocephalus
  aneurysm aneurysma stenosis nephropathy nephritis proteinuria gout hiatal gastritis ulcerative
  `),
)

/** Of two words, with one space. */
export const CONDITION_PAIRS: ReadonlySet<string> = new Set(
  `heart failure,heart attack,heart disease,heart condition,kidney disease,kidney failure,liver disease,lung disease,
  coronary artery,artery disease,high blood,bipolar disorder,bipolar depression,anxiety disorder,anxiety disorders,
  panic disorder,panic attacks,eating disorder,personality disorder,mental illness,mood disorder,stress disorder,
  bipolare storung,angststorung seit,sleep apnea,multiple sclerosis,lateral sclerosis,cystic fibrosis,sickle cell,
  chest pain,celiac disease,kidney stones,herniated disc,suicide attempt,substance abuse,opioid addiction,
  insuficiencia renal,insuficiencia cardiaca,insuffisance cardiaque,insuffisance renale,trouble bipolaire,
  trastorno bipolar,sclerose en,esclerosis multiple,chronic pain,heart surgery,bypass surgery,dialysis treatment,
  terminal illness,terminally ill,hiv positive,learning disability,brain injury,blood clots,blood clot`
    .split(',')
    .map((pair) => pair.trim()),
)

/** Complaints and tests: they tell only of somebody who is called a patient, or whose birth date is told. */
export const COMPLAINTS: ReadonlySet<string> = new Set(
  listed(`
  pain pains fever cough nausea vomiting headache headaches dizziness fatigue dyspnea wheezing swelling fracture
  rash infection allergic injury surgery seizure seizures stroke anxiety obesity obese insomnia smoker lesion biopsy
  mri pneumothorax ultrasound radiograph colonoscopy endoscopy echocardiogram catheterization intubated extubated
  hba1c a1c creatinine kreatinin creatinina hemoglobin haemoglobin platelets triglycerides mmhg spo2 egfr covid
  influenza pregnant schwanger enceinte embarazada overdose transplant insulin antibiotics hx sob
  dx schmerzen kopfschmerzen brustschmerzen bauchschmerzen fieber husten ubelkeit atemnot schwindel fraktur
  douleur douleurs fievre toux vertiges fracture dolor fiebre tos mareos fractura disnea cefalea
  `),
)

/** Names of drugs without a final vowel, which the languages differ in (`sertraline`, `sertralin`, `sertralina`). */
export const DRUGS: ReadonlySet<string> = new Set(
  listed(`
  metformin glipizid glyburid glimepirid pioglitazon sitagliptin empagliflozin dapagliflozin semaglutid liraglutid
  ozempic wegovy mounjaro tirzepatid lantus humalog novolog lisinopril enalapril ramipril captopril losartan valsartan
  candesartan amlodipin nifedipin diltiazem verapamil hydrochlorothiazid chlorthalidon spironolacton furosemid
  torasemid bumetanid metoprolol bisoprolol atenolol propranolol carvedilol labetalol nebivolol clonidin hydralazin
  digoxin amiodaron flecainid warfarin coumadin marcumar phenprocoumon acenocumarol sintrom apixaban eliquis
  rivaroxaban xarelto dabigatran heparin enoxaparin clopidogrel plavix ticagrelor nitroglycerin isosorbid
  atorvastatin simvastatin rosuvastatin pravastatin lipitor crestor ezetimib sertralin zoloft fluoxetin prozac
  paroxetin paxil citalopram escitalopram lexapro cipralex venlafaxin effexor duloxetin cymbalta bupropion wellbutrin mirtazapin
  trazodon amitriptylin nortriptylin imipramin clomipramin lithium quetiapin seroquel olanzapin zyprexa risperidon
  risperdal aripiprazol abilify haloperidol haldol clozapin ziprasidon lurasidon lamotrigin lamictal valproat depakote
  carbamazepin tegretol levetiracetam keppra topiramat topamax gabapentin pregabalin lyrica phenytoin lorazepam ativan
  diazepam valium alprazolam xanax clonazepam klonopin temazepam zolpidem ambien buspiron methylphenidat ritalin concerta
  adderall vyvanse lisdexamfetamin atomoxetin strattera donepezil memantin levodopa carbidopa pramipexol ropinirol
  sumatriptan rizatriptan erenumab tamoxifen letrozol anastrozol exemestan trastuzumab herceptin pembrolizumab
  keytruda nivolumab imatinib bevacizumab rituximab cisplatin carboplatin paclitaxel docetaxel doxorubicin
  methotrexat azathioprin mycophenolat tacrolimus cyclosporin hydroxychloroquin sulfasalazin adalimumab humira
  etanercept enbrel infliximab remicad prednison prednisolon methylprednisolon dexamethason hydrocortison budesonid
  fluticason albuterol salbutamol ventolin salmeterol tiotropium montelukast levothyroxin levotiroxin synthroid
  methimazol omeprazol pantoprazol esomeprazol lansoprazol ranitidin famotidin ondansetron metoclopramid loperamid
  amoxicillin augmentin azithromycin ciprofloxacin levofloxacin doxycyclin cephalexin ceftriaxon clindamycin
  nitrofurantoin bactrim vancomycin truvada biktarvy tenofovir emtricitabin dolutegravir acyclovir valacyclovir
  valtrex oseltamivir fluconazol oxycodon oxycontin percocet hydrocodon vicodin tramadol fentanyl methadon
  buprenorphin suboxon naltrexon disulfiram morphin hydromorphon dilaudid naproxen meloxicam celecoxib ibuprofen allopurinol
  colchicin febuxostat alendronat fosamax denosumab tamsulosin flomax finasterid sildenafil tadalafil oxybutynin
  insulin clomifen letrozol progesteron testosteron
  `),
)

/**
 * How illnesses end, and the international names of drugs by their class (the WHO calls these stems), without a final
 * vowel. At least three letters stand before one.
 */
export const ENDINGS = listed(`
  krebs karzinom carcinom blastom itis entzundung cardiopathy myopathy plegi
  pril sartan vastatin formin gliptin gliflozin glutid oxetin azepam azolam prolol enolol anolol ivolol dipin prazol
  cillin cilin floxacin thromycin cyclin conazol lizumab limumab tuximab zumab lumab tinib navir tegravir ciclovir
  triptan xaban parin thiazid triptylin ipramin faxin talopram peridon tiapin zapin piprazol dronat lukast codon
`)

/** Words that change what the next one means. */
export const NOT_AFTER = /^(?:great|economic|tropical|anti|against|fight|cure|world|research)$/i
