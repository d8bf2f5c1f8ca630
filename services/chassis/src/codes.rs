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
