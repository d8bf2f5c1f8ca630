//! What a record of a table says of a territory. Pure.

use std::collections::HashMap;

use chassis::say::Text;
use chassis::{say, text, value};
use iati::{Problem, Severity};
use proto::common::ExternalIdentifier;
use proto::projects::territory::Kind;

use super::rules::ISO_3166_1;

/// A name is refused beyond so many characters.
const LONGEST_NAME: usize = 200;
/// What is shown of a cell that is wrong.
const SHOWN: usize = 80;
const COG: &str = "INSEE_COG";
const GEONAMES: &str = "GEONAMES";

/// Which table it is: its kind is read from its heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Countries,
    Regions,
    Departments,
    Municipalities,
    Cities,
}

/// The columns that each table must have, and one that it must not, by which it would be another.
const FORMATS: [(Format, &[&str], &str); 5] = [
    (Format::Countries, &["iso3166-1-alpha-2", "official_name_en", "official_name_fr"], "com"),
    (Format::Departments, &["dep", "reg", "libelle"], "com"),
    (Format::Regions, &["reg", "libelle"], "com"),
    (Format::Municipalities, &["code_insee", "nom", "departement"], "com"),
    (Format::Cities, &["name", "country", "geonameid"], "com"),
];

/// The first line of a table.
pub(crate) struct Heading {
    pub(crate) format: Format,
    columns: HashMap<String, usize>,
    width: usize,
}

/// What a record says of a territory.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) format: Format,
    pub(crate) line: u32,
    pub(crate) kind: Kind,
    /// By which it is recognised, of its kind.
    pub(crate) code: ExternalIdentifier,
    /// Its own id, always the same for the same code.
    pub(crate) id: String,
    /// By language; the first is its own.
    pub(crate) names: Vec<(&'static str, String)>,
    pub(crate) outer: Outer,
    /// Where else it says that it lies.
    pub(crate) also_in: Option<Coded>,
    pub(crate) population: Option<i64>,
    /// Other codes, which it is not recognised by.
    pub(crate) more: Vec<ExternalIdentifier>,
}

/// What a territory lies in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outer {
    /// Nothing: it is a country, of this code.
    None(String),
    /// A territory of France.
    Coded(Coded),
    /// A country, by what it is called.
    Called(String),
}

/// A territory by its code.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Coded {
    /// The column that names it.
    pub(crate) column: &'static str,
    pub(crate) kind: Kind,
    pub(crate) code: String,
}

impl Coded {
    /// The scheme of its code.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.kind == Kind::Country { ISO_3166_1 } else { COG }
    }
}

impl Heading {
    /// Recognises a table by its heading.
    pub(crate) fn read(cells: &[String]) -> Option<Self> {
        let columns: HashMap<String, usize> =
            cells.iter().enumerate().map(|(at, cell)| (cell.trim().to_lowercase(), at)).collect();
        let (format, ..) = FORMATS.iter().find(|(_, needed, not)| {
            needed.iter().all(|column| columns.contains_key(*column)) && !columns.contains_key(*not)
        })?;
        Some(Self { format: *format, columns, width: cells.len() })
    }

    /// The territory that a record tells of, and what is wrong with it.
    pub(crate) fn territory(&self, line: u32, cells: &[String]) -> (Option<Found>, Vec<Problem>) {
        let mut record = Record { heading: self, line, cells, code: String::new(), problems: Vec::new() };
        let found = record.found();
        let blocked = record.problems.iter().any(|problem| problem.severity == Severity::Blocks);
        (found.filter(|_| !blocked), record.problems)
    }
}

struct Record<'a> {
    heading: &'a Heading,
    line: u32,
    cells: &'a [String],
    /// The record's own code, as far as it is known.
    code: String,
    problems: Vec<Problem>,
}

impl Record<'_> {
    fn found(&mut self) -> Option<Found> {
        let (width, found) = (self.heading.width, self.cells.len());
        if width != found {
            self.wrong(Severity::Blocks, "CELLS", "", say!(
                "{found} cells under a heading of {width}: a separator or a quote is missing or too many",
                "{found} cellules sous un en-tête de {width} : un séparateur ou un guillemet manque ou est en trop"
            ));
            return None;
        }
        let format = self.heading.format;
        let found = match format {
            Format::Countries => self.country(),
            Format::Regions => self.of_france(Kind::Region, "REG", "LIBELLE", None),
            Format::Departments => {
                self.of_france(Kind::Department, "DEP", "LIBELLE", Some((Kind::Region, "REG")))
            }
            Format::Municipalities => {
                let within = Some((Kind::Department, "departement"));
                let municipality = self.of_france(Kind::Municipality, "code_insee", "nom", within);
                let also_in = self.cog(Kind::Region, "region").filter(|_| !self.cell("region").is_empty());
                let population = self.population("population");
                municipality.map(|found| Found { also_in, population, ..found })
            }
            Format::Cities => self.city(),
        };
        found.map(|found| Found { format, line: self.line, ..found })
    }

    fn country(&mut self) -> Option<Found> {
        const CODE: &str = "ISO3166-1-Alpha-2";
        let code = self.cell(CODE).to_owned();
        self.code.clone_from(&code);
        let known = value::country(CODE, &code);
        if known.is_err() {
            self.wrong(
                Severity::Blocks,
                "CODE_INVALID",
                CODE,
                say!(
                    "expected a country code of two letters, like FR (ISO 3166-1)",
                    "code de pays à deux lettres attendu, comme FR (ISO 3166-1)"
                ),
            );
        }
        let names = [("en", self.name("official_name_en")), ("fr", self.name("official_name_fr"))];
        let wikidata = self.cell("wikidata_id").rsplit('/').next().unwrap_or_default().to_owned();
        let more = [
            (GEONAMES, "Geoname ID", self.cell("Geoname ID").to_owned()),
            ("WIKIDATA", "wikidata_id", wikidata),
        ];
        let more = more.into_iter().filter(|(.., value)| !value.is_empty());
        let more: Vec<_> =
            more.filter_map(|(scheme, column, value)| self.identifier(scheme, column, value)).collect();
        let code = known.ok()?;
        let names = names.into_iter().map(|(language, name)| name.map(|name| (language, name)));
        Some(Found {
            id: code.to_ascii_lowercase(),
            names: names.collect::<Option<_>>()?,
            outer: Outer::None(code.clone()),
            more,
            ..found(Kind::Country, ISO_3166_1, code)
        })
    }

    fn of_france(
        &mut self,
        kind: Kind,
        code: &'static str,
        name: &'static str,
        within: Option<(Kind, &'static str)>,
    ) -> Option<Found> {
        self.code = self.cell(code).to_owned();
        let own = self.cog(kind, code);
        let name = self.name(name);
        let outer = match within {
            Some((kind, column)) => self.cog(kind, column),
            None => Some(Coded { column: code, kind: Kind::Country, code: "FR".to_owned() }),
        };
        let own = own?.code;
        let short = match kind {
            Kind::Region => "reg",
            Kind::Department => "dep",
            _ => "com",
        };
        Some(Found {
            id: format!("fr-{short}-{}", own.to_ascii_lowercase()),
            names: vec![("fr", name?)],
            outer: Outer::Coded(outer?),
            ..found(kind, COG, own)
        })
    }

    fn city(&mut self) -> Option<Found> {
        self.code = self.cell("geonameid").to_owned();
        let code = self.code.clone();
        let known =
            value::identifier("geonameid", &ExternalIdentifier { scheme: GEONAMES.to_owned(), value: code });
        if known.is_err() {
            self.wrong(
                Severity::Blocks,
                "CODE_INVALID",
                "geonameid",
                say!("expected a number of GeoNames, like 2988507", "numéro GeoNames attendu, comme 2988507"),
            );
        }
        let (name, country) = (self.name("name"), self.name("country"));
        let code = known.ok()?.value;
        Some(Found {
            id: format!("geonames-{code}"),
            names: vec![("en", name?)],
            outer: Outer::Called(country?),
            ..found(Kind::Municipality, GEONAMES, code)
        })
    }

    fn cell(&self, column: &str) -> &str {
        let at = self.heading.columns.get(&column.to_lowercase());
        at.and_then(|at| self.cells.get(*at)).map_or("", |cell| cell.trim())
    }

    /// A code of INSEE, as long as the codes of its kind are.
    fn cog(&mut self, kind: Kind, column: &'static str) -> Option<Coded> {
        let (lengths, example) = match kind {
            Kind::Region => (2..=2, "84"),
            Kind::Department => (2..=3, "01, 2A, 974"),
            _ => (5..=5, "01001"),
        };
        let code = ExternalIdentifier { scheme: COG.to_owned(), value: self.cell(column).to_owned() };
        let known = value::identifier(column, &code).ok().filter(|code| lengths.contains(&code.value.len()));
        if known.is_none() && !(column == "region" && code.value.is_empty()) {
            self.wrong(
                Severity::Blocks,
                "CODE_INVALID",
                column,
                say!(
                    "expected a code of INSEE like {example}; a spreadsheet may have dropped a zero in front",
                    "code INSEE attendu, comme {example} ; un tableur a pu retirer un zéro initial"
                ),
            );
        }
        Some(Coded { column, kind, code: known?.value })
    }

    fn name(&mut self, column: &'static str) -> Option<String> {
        let cell = self.cell(column).to_owned();
        let name = text::plain(column, &cell, LONGEST_NAME).ok();
        if cell.starts_with(['=', '+', '-', '@']) {
            self.wrong(
                Severity::Blocks,
                "FORMULA",
                column,
                say!(
                    "a formula is no name: write the name itself",
                    "une formule n'est pas un nom : écrivez le nom lui-même"
                ),
            );
            return None;
        }
        let name = name.filter(|name| !name.contains(char::is_control) && !text::fold(name).is_empty());
        if name.is_none() {
            self.wrong(
                Severity::Blocks,
                "NAME_INVALID",
                column,
                say!(
                    "expected a name of at most {LONGEST_NAME} characters, on one line",
                    "nom de {LONGEST_NAME} caractères au plus attendu, sur une ligne"
                ),
            );
        }
        name
    }

    /// Nothing where the cell is empty: that is not 0 (BEY-9).
    fn population(&mut self, column: &'static str) -> Option<i64> {
        let cell = self.cell(column);
        if cell.is_empty() {
            return None;
        }
        let digits: String = cell.split([' ', '\u{a0}', '\u{202f}']).collect();
        let number = digits.parse().ok().filter(|number| *number >= 0);
        if number.is_none() {
            self.wrong(
                Severity::Doubtful,
                "POPULATION_INVALID",
                column,
                say!("expected a whole number; left out", "nombre entier attendu ; laissé de côté"),
            );
        }
        number
    }

    fn identifier(
        &mut self,
        scheme: &str,
        column: &'static str,
        value: String,
    ) -> Option<ExternalIdentifier> {
        let known = value::identifier(column, &ExternalIdentifier { scheme: scheme.to_owned(), value }).ok();
        if known.is_none() {
            self.wrong(
                Severity::Doubtful,
                "CODE_INVALID",
                column,
                say!(
                    "not an identifier of {scheme}; left out",
                    "pas un identifiant {scheme} ; laissé de côté"
                ),
            );
        }
        known
    }

    fn wrong(&mut self, severity: Severity, code: &'static str, column: &str, what: Text) {
        let found: String = self.cell(column).chars().take(SHOWN).collect();
        let record = self.code.chars().take(SHOWN).collect();
        let problem = problem(severity, code, record, self.line, what);
        self.problems.push(Problem { location: column.to_owned(), found, ..problem });
    }
}

/// A problem of a record, or of the file where the record has no code.
pub(crate) fn problem(
    severity: Severity,
    code: &'static str,
    record: String,
    line: u32,
    what: Text,
) -> Problem {
    let Text { en, fr } = what;
    Problem { severity, record, location: String::new(), line, found: String::new(), code, en, fr }
}

fn found(kind: Kind, scheme: &str, code: String) -> Found {
    Found {
        format: Format::Cities,
        line: 0,
        kind,
        code: ExternalIdentifier { scheme: scheme.to_owned(), value: code },
        id: String::new(),
        names: Vec::new(),
        outer: Outer::None(String::new()),
        also_in: None,
        population: None,
        more: Vec::new(),
    }
}
