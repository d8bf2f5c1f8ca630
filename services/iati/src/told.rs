//! What is said about a file or a whole record, in words.

use crate::item::Kind;
use crate::problem::{Problem, Severity};

fn problem(
    severity: Severity,
    code: &'static str,
    line: u32,
    en: impl Into<String>,
    fr: impl Into<String>,
) -> Problem {
    Problem::new(severity, code, line, en.into(), fr.into())
}

pub(crate) fn empty(line: u32) -> Problem {
    let (en, fr) = (
        "the file is empty: send the one that was meant",
        "le fichier est vide : envoyez celui qui était prévu",
    );
    problem(Severity::Blocks, "FILE_EMPTY", line, en, fr)
}

pub(crate) fn unknown_format(line: u32) -> Problem {
    let en = "this is neither IATI XML (activities or organisations, plain or gzip) nor the JSON list of publishers of the IATI Registry: send one of these";
    let fr = "ceci n'est ni du XML IATI (activités ou organisations, en clair ou gzip) ni la liste JSON des éditeurs du registre IATI : envoyez l'un d'eux";
    problem(Severity::Blocks, "FILE_UNKNOWN", line, en, fr)
}

pub(crate) fn wrong_root(line: u32) -> Problem {
    let en = "an IATI file begins with <iati-activities> or <iati-organisations>: this XML is something else";
    let fr =
        "un fichier IATI commence par <iati-activities> ou <iati-organisations> : ce XML est autre chose";
    problem(Severity::Blocks, "ROOT_UNKNOWN", line, en, fr)
}

pub(crate) fn bad_root(line: u32) -> Problem {
    let en = "the first element cannot be read, or is too long: correct its attributes";
    let fr = "le premier élément est illisible ou trop long : corrigez ses attributs";
    problem(Severity::Blocks, "XML_MALFORMED", line, en, fr)
}

pub(crate) fn wrong_kind(only: Kind, kind: Kind, line: u32) -> Problem {
    let name = |kind| match kind {
        Kind::Activities => ("activities", "des activités"),
        Kind::Organisations => ("organisations", "des organisations"),
        Kind::Publishers => ("the publishers of the IATI Registry", "les éditeurs du registre IATI"),
    };
    let en =
        format!("this file holds {}, but {} were expected: send the other file", name(kind).0, name(only).0);
    let fr = format!(
        "ce fichier contient {}, alors qu'on attendait {} : envoyez l'autre fichier",
        name(kind).1,
        name(only).1
    );
    problem(Severity::Blocks, "FILE_KIND", line, en, fr)
}

/// A version other than 2.01, 2.02 and 2.03.
pub(crate) fn version(version: Option<&str>, line: u32) -> Option<Problem> {
    let (severity, code, en, fr) = match version {
        Some("2.01" | "2.02" | "2.03") => return None,
        None | Some("") => (
            Severity::Doubtful,
            "VERSION_MISSING",
            "the file does not say its version: read as 2.03; add version=\"2.03\" to the first element",
            "le fichier n'indique pas sa version : lu comme 2.03 ; ajoutez version=\"2.03\" au premier élément",
        ),
        Some(other) if other.starts_with('2') => (
            Severity::Doubtful,
            "VERSION_UNKNOWN",
            "this version is not known: read as 2.03",
            "cette version n'est pas connue : lu comme 2.03",
        ),
        Some(_) => (
            Severity::Blocks,
            "VERSION_REFUSED",
            "IATI 1 is another format, no longer in use, and only 2.01 to 2.03 are read: publish the data as 2.03",
            "IATI 1 est un autre format, qui n'a plus cours, et seules les versions 2.01 à 2.03 sont lues : publiez les données en 2.03",
        ),
    };
    Some(problem(severity, code, line, en, fr).at("@version").found(version.unwrap_or_default()))
}

pub(crate) fn namespace(line: u32) -> Problem {
    let en = "IATI elements are in no namespace: read all the same; remove xmlns from the first element";
    let fr =
        "les éléments IATI n'ont pas d'espace de noms : lus tout de même ; retirez xmlns du premier élément";
    problem(Severity::Doubtful, "NAMESPACE_UNEXPECTED", line, en, fr).at("@xmlns")
}

pub(crate) fn stray(name: &str, line: u32) -> Problem {
    let en = format!(
        "<{name}> does not belong between the records: not read; check its name and where the record before it ends"
    );
    let fr = format!(
        "<{name}> n'a pas sa place entre les fiches : non lu ; vérifiez son nom et la fin de la fiche précédente"
    );
    problem(Severity::Doubtful, "ELEMENT_UNKNOWN", line, en, fr).at(name).found(name)
}

pub(crate) fn stray_text(line: u32) -> Problem {
    let en = "there is text between the records: not read; put it in an element or remove it";
    let fr = "il y a du texte entre les fiches : non lu ; mettez-le dans un élément ou retirez-le";
    problem(Severity::Doubtful, "TEXT_UNEXPECTED", line, en, fr)
}

pub(crate) fn truncated(line: u32) -> Problem {
    let en = "the file ends too early, inside an element: it may have been cut in transit; send it again";
    let fr = "le fichier se termine trop tôt, à l'intérieur d'un élément : il a peut-être été coupé en chemin ; renvoyez-le";
    problem(Severity::Blocks, "FILE_TRUNCATED", line, en, fr)
}

pub(crate) fn no_records(line: u32) -> Problem {
    let (en, fr) = (
        "the file holds no record: nothing was read",
        "le fichier ne contient aucune fiche : rien n'a été lu",
    );
    problem(Severity::Doubtful, "FILE_WITHOUT_RECORDS", line, en, fr)
}

pub(crate) fn too_many(limit: usize, line: u32) -> Problem {
    let en =
        format!("the file holds more than {limit} records: send it in several files; the rest was not read");
    let fr = format!(
        "le fichier contient plus de {limit} fiches : envoyez-le en plusieurs fichiers ; la suite n'a pas été lue"
    );
    problem(Severity::Blocks, "RECORDS_MANY", line, en, fr)
}

pub(crate) fn record_too_large(limit: usize, line: u32) -> Problem {
    let en = format!("the record is larger than {limit} bytes: not taken; divide it");
    let fr = format!("la fiche dépasse {limit} octets : non prise ; divisez-la");
    problem(Severity::Blocks, "RECORD_TOO_LARGE", line, en, fr)
}

pub(crate) fn record_too_deep(limit: usize, line: u32) -> Problem {
    let en = format!(
        "the record holds elements within elements more than {limit} times: not taken; IATI needs 10"
    );
    let fr = format!("la fiche imbrique des éléments plus de {limit} fois : non prise ; IATI en demande 10");
    problem(Severity::Blocks, "RECORD_TOO_DEEP", line, en, fr)
}

pub(crate) fn no_identifier(line: u32) -> Problem {
    let en = "the record has no identifier, and could not be found again: give it one";
    let fr = "la fiche n'a pas d'identifiant et ne pourrait pas être retrouvée : donnez-lui-en un";
    problem(Severity::Blocks, "IDENTIFIER_MISSING", line, en, fr)
}

pub(crate) fn duplicate(identifier: &str, same: bool, line: u32) -> Problem {
    let (severity, en, fr) = if same {
        (
            Severity::Advice,
            "the same record stands twice in the file: the first counts; remove this one",
            "la même fiche figure deux fois dans le fichier : la première compte ; retirez celle-ci",
        )
    } else {
        (
            Severity::Blocks,
            "another record of the file has this identifier and says something else: the first counts; give this one its own identifier, or merge them",
            "une autre fiche du fichier porte cet identifiant et dit autre chose : la première compte ; donnez à celle-ci son propre identifiant, ou fusionnez-les",
        )
    };
    let mut told = problem(severity, "DUPLICATE_IDENTIFIER", line, en, fr).found(identifier);
    identifier.clone_into(&mut told.record);
    told
}

/// An identifier of an organisation that no register knows.
pub(crate) fn unregistered(line: u32) -> Problem {
    let en = "the identifier does not begin with the code of a register (such as FR-RCS- or GB-CHC-, see org-id.guide): it may not match other files; look it up";
    let fr = "l'identifiant ne commence pas par le code d'un registre (comme FR-RCS- ou GB-CHC-, voir org-id.guide) : il risque de ne pas correspondre aux autres fichiers ; recherchez-le";
    problem(Severity::Advice, "ORG_REF_UNKNOWN", line, en, fr)
}

pub(crate) fn unnamed(line: u32) -> Problem {
    let en = "there is no name: nobody could recognise it; add one";
    let fr = "il n'y a pas de nom : personne ne pourrait la reconnaître ; ajoutez-en un";
    problem(Severity::Blocks, "TEXT_MISSING", line, en, fr)
}

pub(crate) fn unknown_code(list: &str, line: u32) -> Problem {
    let en = format!("this code is not in the IATI list {list}: use one that is, as written there");
    let fr = format!(
        "ce code n'est pas dans la liste IATI {list} : employez-en un qui y figure, tel qu'il y est écrit"
    );
    problem(Severity::Doubtful, "CODE_UNKNOWN", line, en, fr)
}

pub(crate) fn html(line: u32) -> Problem {
    let en = "this is a web page, not an IATI file: the address may lead to a page about the file, or to an error page; send the XML file itself";
    let fr = "ceci est une page web et non un fichier IATI : l'adresse mène peut-être à une page de présentation ou d'erreur ; envoyez le fichier XML lui-même";
    problem(Severity::Blocks, "FILE_IS_HTML", line, en, fr)
}

pub(crate) fn trailing(line: u32) -> Problem {
    let en =
        "something follows the end of the document: one file holds one document; what follows was not read";
    let fr = "quelque chose suit la fin du document : un fichier contient un seul document ; la suite n'a pas été lue";
    problem(Severity::Blocks, "FILE_TRAILING", line, en, fr)
}

pub(crate) fn doctype(line: u32) -> Problem {
    let en = "the file holds a document type or entity definition (<!DOCTYPE, <!ENTITY): IATI needs none and they are refused for safety; remove it";
    let fr = "le fichier contient une définition de type de document ou d'entité (<!DOCTYPE, <!ENTITY) : IATI n'en a pas besoin et elles sont refusées par sécurité ; retirez-la";
    problem(Severity::Blocks, "DOCTYPE_REFUSED", line, en, fr)
}

pub(crate) fn unbalanced(name: &str, line: u32) -> Problem {
    let en =
        format!("</{name}> closes nothing that is open here: correct the tags; what follows was not read");
    let fr =
        format!("</{name}> ne ferme rien d'ouvert ici : corrigez les balises ; la suite n'a pas été lue");
    problem(Severity::Blocks, "XML_MALFORMED", line, en, fr).found(&format!("</{name}>"))
}
