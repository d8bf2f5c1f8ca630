//! Codes that several services check by themselves (domain §1.2). Which they are, and what they say in English and French, the
//! code lists tell; a story compares them.

/// What every dimension has for whoever does not say.
pub const NOT_STATED: &str = "NOT_STATED";

/// The list `TARGET_GROUP`.
pub const TARGET_GROUPS: [&str; 17] = [
    "ALL",
    "YOUTH",
    "STUDENTS",
    "FAMILIES",
    "SENIORS",
    "WOMEN",
    "PERSONS_WITH_DISABILITIES",
    "LOW_LITERACY",
    "FOREIGN_LANGUAGE",
    "JOB_SEEKERS",
    "PRIORITY_NEIGHBOURHOOD",
    "RURAL",
    "INFORMAL_SETTLEMENT",
    "PUBLIC_OFFICIALS",
    "ELECTED_OFFICIALS",
    "SMALL_BUSINESSES",
    "ASSOCIATIONS",
];

/// The list `SEX`.
pub const SEXES: [&str; 4] = ["FEMALE", "MALE", "OTHER", NOT_STATED];

/// The list `AGE_BAND`: never a date of birth (GDP-6).
pub const AGE_BANDS: [&str; 8] = ["LT12", "12_17", "18_24", "25_39", "40_59", "60_69", "GE70", NOT_STATED];

/// The list `DISABILITY`.
pub const DISABILITIES: [&str; 3] = ["YES", "NO", NOT_STATED];

/// The list `STATUS`.
pub const STATUSES: [&str; 5] = ["IN_EDUCATION", "EMPLOYED", "UNEMPLOYED", "RETIRED", NOT_STATED];

/// What the codes of the dimensions are called (domain §1.2).
const CALLED: [(&str, &str, (&str, &str)); 19] = [
    ("SEX", "FEMALE", ("Women", "Femmes")),
    ("SEX", "MALE", ("Men", "Hommes")),
    ("SEX", "OTHER", ("Other sex", "Autre sexe")),
    ("AGE_BAND", "LT12", ("Under 12", "Moins de 12 ans")),
    ("AGE_BAND", "12_17", ("12 to 17", "12 à 17 ans")),
    ("AGE_BAND", "18_24", ("18 to 24", "18 à 24 ans")),
    ("AGE_BAND", "25_39", ("25 to 39", "25 à 39 ans")),
    ("AGE_BAND", "40_59", ("40 to 59", "40 à 59 ans")),
    ("AGE_BAND", "60_69", ("60 to 69", "60 à 69 ans")),
    ("AGE_BAND", "GE70", ("70 and over", "70 ans et plus")),
    ("DISABILITY", "YES", ("With a disability", "En situation de handicap")),
    ("DISABILITY", "NO", ("Without a disability", "Sans handicap")),
    ("STATUS", "IN_EDUCATION", ("In education", "En formation")),
    ("STATUS", "EMPLOYED", ("Employed", "En emploi")),
    ("STATUS", "UNEMPLOYED", ("Unemployed", "Sans emploi")),
    ("STATUS", "RETIRED", ("Retired", "À la retraite")),
    ("SEX", "NOT_STATED", ("Sex not stated", "Sexe non renseigné")),
    ("AGE_BAND", "NOT_STATED", ("Age not stated", "Âge non renseigné")),
    ("DISABILITY", "NOT_STATED", ("Disability not stated", "Handicap non renseigné")),
];

/// What a code of a dimension is called, in English and French.
pub fn called(list: &str, code: &str) -> Option<(&'static str, &'static str)> {
    CALLED.iter().find(|(of, known, _)| *of == list && *known == code).map(|(.., words)| *words)
}
