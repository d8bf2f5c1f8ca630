//! Activities as a folder of tables, taken over from the command line.

use std::path::Path;

use serde_json::Value;

use super::{Shell, told};
use crate::binaries::root;

/// Reports that its values make, one per activity and days.
const REPORTS: u64 = 542;

/// Of a report: per noun created, updated, unchanged, refused.
fn counts(said: &str) -> Vec<(String, [u64; 4])> {
    let report: Value = serde_json::from_str(said).unwrap();
    let number = |count: &Value, name: &str| count[name].as_u64().unwrap_or_default();
    let one = |count: &Value| {
        let numbers = ["created", "updated", "unchanged", "refused"].map(|name| number(count, name));
        (count["noun"].as_str().unwrap_or_default().to_owned(), numbers)
    };
    report["counts"].as_array().unwrap().iter().map(one).collect()
}

fn unpacked(from: &Path, table: &str) -> String {
    let file = std::fs::File::open(from.join(format!("{table}.csv.gz"))).unwrap();
    std::io::read_to_string(flate2::read::GzDecoder::new(file)).unwrap()
}

#[test]
fn les_18_a_folder_of_tables_is_a_file_of_activities_and_twice_is_once() {
    told(async |network| {
        let shell = Shell::of(&network.coordinator().await);
        let folder = root().join("clients/cli/sample/iadb-argentina-csv");
        let path = folder.display().to_string();
        let import = |more: &[&str]| {
            let said = shell.done(&[&["import", "iati-csv", &path, "-o", "json"], more].concat());
            counts(&said).into_iter().filter(|(noun, _)| noun != "partner").collect::<Vec<_>>()
        };
        let whole = |at: usize| {
            let of = |noun: &str, count: u64| {
                let mut numbers = [0; 4];
                numbers[at] = count;
                (noun.to_owned(), numbers)
            };
            vec![of("project", 176), of("project_indicator", 5307), of("report", REPORTS)]
        };
        assert_eq!(import(&["--dry-run"]), whole(0));
        assert_eq!(import(&[]), whole(0));
        assert_eq!(import(&[]), vec![("project".to_owned(), [0, 0, 176, 0])], "les_18");

        // What is wrong is told by table, line and column: a code that is none, and an indicator of no result.
        let wrong = shell.home.join("wrong");
        std::fs::create_dir(&wrong).unwrap();
        for table in ["activities", "results", "indicators"] {
            std::fs::write(wrong.join(format!("{table}.csv")), unpacked(&folder, table)).unwrap();
        }
        let indicators = unpacked(&folder, "indicators").replacen("_result_1_1,1,", "_result_1_1,7,", 1);
        let lost = "XI-IATI-IADB-AR-L1342,result_99,indicator_x,1,,,Lost,,,,,\n";
        std::fs::write(wrong.join("indicators.csv"), format!("{indicators}{lost}")).unwrap();
        let said = shell.done(&["import", "iati-csv", "wrong", "--dry-run", "--lang", "fr"]);
        for words in
            ["wrong : vérifié", "indicators.csv:2 indicator_measure « 7 »", "indicators.csv:5441 result_ref"]
        {
            assert!(said.contains(words), "{words}: {said}");
        }
        std::fs::remove_file(wrong.join("results.csv")).unwrap();
        let said = shell.fails(6, &["import", "iati-csv", "wrong"]);
        assert!(said.contains("results.csv") && said.contains("this table is missing"), "{said}");
        shell.fails(1, &["import", "iati-csv", "nowhere"]);
    });
}
