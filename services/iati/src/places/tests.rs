use super::*;

fn of(text: &str) -> File {
    read(text.as_bytes(), Limits::default())
}

fn told(file: &File) -> Vec<(&'static str, &str, u32)> {
    file.problems.iter().map(|problem| (problem.code, problem.location.as_str(), problem.line)).collect()
}

#[test]
fn a_table_is_read_with_the_lines_and_columns_of_its_cells() {
    let file = of("id;nom;conditions_acces;couleur\n1;\"Le\nFablab\";Gratuit;bleu\n2; Cyber ;;\n");
    assert_eq!(told(&file), [("COLUMN_UNKNOWN", "couleur", 1)]);
    let [one, two] = file.records.as_slice() else { panic!("{file:?}") };
    assert_eq!((one.line, one.get("nom"), one.get("frais_a_charge")), (2, "Le\nFablab", "Gratuit"));
    assert_eq!((two.line, two.get("nom"), two.get("frais_a_charge")), (4, "Cyber", ""));
    let why = || ("en".to_owned(), "fr".to_owned());
    let problem = one.problem("frais_a_charge", Severity::Advice, "X", "Gratuit", why());
    assert_eq!(
        (problem.location.as_str(), problem.line, problem.record.as_str()),
        ("conditions_acces", 2, "1")
    );
    assert_eq!(two.problem("adresse", Severity::Blocks, "X", "", why()).location, "adresse");
}

#[test]
fn a_list_is_read_with_the_lines_of_its_fields() {
    let file = of(
        "[\n{\"id\": \"a\",\n\"nom\": \"Le Fablab\",\n\"latitude\": 46.5,\n\"services\": [1], \"x\": null},\n7]",
    );
    assert_eq!(told(&file), [("NOT_A_TEXT", "services", 5), ("NOT_A_PLACE", "", 6)]);
    assert_eq!((file.records[0].get("latitude"), file.records[0].line), ("46.5", 2));
    let place = file.records[0].problem("latitude", Severity::Advice, "X", "", Default::default());
    assert_eq!(place.line, 4);
}

#[test]
fn what_is_no_file_of_places_is_told() {
    for (text, code) in [
        ("", "NOT_A_TABLE"),
        ("titre,lieu\na,b\n", "COLUMN_MISSING"),
        ("[{\"id\": 1", "CUT_SHORT"),
        ("{\"id\": 1}", "NOT_A_PACKAGE"),
    ] {
        let file = of(text);
        assert!(file.problems.iter().any(|problem| problem.severity == Severity::Blocks), "{text}: {file:?}");
        if !text.starts_with(['[', '{']) {
            assert_eq!(file.problems[0].code, code, "{text}");
        }
    }
    let most = Limits { records: 1, ..Limits::default() };
    let file = read("id,nom\n1,A\n2,B\n".as_bytes(), most);
    assert_eq!((file.records.len(), file.problems[0].code), (1, "TOO_MANY"));
}
