//! The codes of others that entries are written in (domain §4.8); what they are called, the code lists tell, and a story compares.

/// The list `ACCESS_RIGHT` of the Publications Office of the EU: everyone may get it.
pub const PUBLIC: &str = "PUBLIC";
/// Some may get it, who ask (PRJ-29).
pub const RESTRICTED: &str = "RESTRICTED";
/// The list `ACCESS_RIGHT`.
pub const ACCESS_RIGHTS: [&str; 3] = [PUBLIC, RESTRICTED, "NON_PUBLIC"];

/// A theme of the list `DATA_THEME` of the Publications Office of the EU, in English and French.
pub struct Theme(pub &'static str, pub &'static str, pub &'static str);

/// The list `DATA_THEME`.
pub const DATA_THEMES: [Theme; 14] = [
    Theme(
        "AGRI",
        "Agriculture, fisheries, forestry and food",
        "Agriculture, pêche, sylviculture et alimentation",
    ),
    Theme("ECON", "Economy and finance", "Économie et finances"),
    Theme("EDUC", "Education, culture and sport", "Éducation, culture et sport"),
    Theme("ENER", "Energy", "Énergie"),
    Theme("ENVI", "Environment", "Environnement"),
    Theme("GOVE", "Government and public sector", "Gouvernement et secteur public"),
    Theme("HEAL", "Health", "Santé"),
    Theme("INTR", "International issues", "Questions internationales"),
    Theme(
        "JUST",
        "Justice, legal system and public safety",
        "Justice, système juridique et sécurité publique",
    ),
    Theme("OP_DATPRO", "Provisional data", "Données provisoires"),
    Theme("REGI", "Regions and cities", "Régions et villes"),
    Theme("SOCI", "Population and society", "Population et société"),
    Theme("TECH", "Science and technology", "Science et technologie"),
    Theme("TRAN", "Transport", "Transports"),
];

/// A code of the list `FREQUENCY` of the Publications Office of the EU, and the days within which data change that keep to it; none
/// where it promises no day.
pub struct Frequency(pub &'static str, pub Option<u32>);

/// The list `FREQUENCY`.
pub const FREQUENCIES: [Frequency; 38] = [
    Frequency("1MIN", Some(1)),
    Frequency("5MIN", Some(1)),
    Frequency("10MIN", Some(1)),
    Frequency("15MIN", Some(1)),
    Frequency("30MIN", Some(1)),
    Frequency("HOURLY", Some(1)),
    Frequency("BIHOURLY", Some(1)),
    Frequency("TRIHOURLY", Some(1)),
    Frequency("12HRS", Some(1)),
    Frequency("CONT", Some(1)),
    Frequency("UPDATE_CONT", Some(1)),
    Frequency("DAILY_2", Some(1)),
    Frequency("DAILY", Some(1)),
    Frequency("WEEKLY_5", Some(3)),
    Frequency("WEEKLY_3", Some(4)),
    Frequency("WEEKLY_2", Some(5)),
    Frequency("WEEKLY", Some(7)),
    Frequency("BIWEEKLY", Some(14)),
    Frequency("MONTHLY_3", Some(11)),
    Frequency("MONTHLY_2", Some(16)),
    Frequency("MONTHLY", Some(31)),
    Frequency("BIMONTHLY", Some(62)),
    Frequency("QUARTERLY", Some(92)),
    Frequency("ANNUAL_3", Some(123)),
    Frequency("ANNUAL_2", Some(184)),
    Frequency("ANNUAL", Some(366)),
    Frequency("BIENNIAL", Some(731)),
    Frequency("TRIENNIAL", Some(1096)),
    Frequency("QUADRENNIAL", Some(1461)),
    Frequency("QUINQUENNIAL", Some(1827)),
    Frequency("DECENNIAL", Some(3653)),
    Frequency("BIDECENNIAL", Some(7305)),
    Frequency("TRIDECENNIAL", Some(10958)),
    Frequency("AS_NEEDED", None),
    Frequency("IRREG", None),
    Frequency("NEVER", None),
    Frequency("OTHER", None),
    Frequency("UNKNOWN", None),
];

/// The list `NON_PROPRIETARY_FORMAT`: media types that no one product owns.
pub const NON_PROPRIETARY_FORMATS: [&str; 26] = [
    "application/geo+json",
    "application/geopackage+sqlite3",
    "application/gml+xml",
    "application/json",
    "application/ld+json",
    "application/n-quads",
    "application/n-triples",
    "application/pdf",
    "application/rdf+xml",
    "application/sparql-results+json",
    "application/trig",
    "application/vnd.apache.parquet",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.sqlite3",
    "application/xml",
    "image/png",
    "image/svg+xml",
    "text/calendar",
    "text/csv",
    "text/html",
    "text/markdown",
    "text/plain",
    "text/tab-separated-values",
    "text/turtle",
    "text/xml",
];

/// The theme with that code.
pub(crate) fn theme(code: &str) -> Option<&'static Theme> {
    DATA_THEMES.iter().find(|Theme(known, ..)| *known == code)
}

/// The frequency with that code.
pub(crate) fn frequency(code: &str) -> Option<&'static Frequency> {
    FREQUENCIES.iter().find(|Frequency(known, _)| *known == code)
}

/// No one product owns that format.
pub(crate) fn is_non_proprietary(media_type: &str) -> bool {
    NON_PROPRIETARY_FORMATS.contains(&media_type)
}

/// IANA has registered that media type: the list that IATI made of its registry, and what was added since.
pub(crate) fn is_registered(media_type: &str) -> bool {
    is_non_proprietary(media_type) || iati::has_code("FileFormat", media_type)
}
