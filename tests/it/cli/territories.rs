//! Tables of territories, taken over from the command line.

use super::{Shell, told};

#[test]
fn territories_are_imported_from_tables() {
    told(async |network| {
        let shell = Shell::of(&network.coordinator().await);
        let number = uuid::Uuid::new_v4().as_u128() % 900_000_000_000 + 1;
        let city = format!("name,country,subcountry,geonameid\nGjakova,Kosovo,Gjakova,{number}\n");
        let write = |file: &str, content: &str| std::fs::write(shell.home.join(file), content).unwrap();
        write("cities.csv", &city);
        assert!(
            shell
                .done(&["territory", "import", "cities.csv", "--dry-run"])
                .contains("checked, nothing written")
        );
        assert!(shell.done(&["territory", "import", "cities.csv"]).contains("cities.csv: imported"));
        assert!(shell.done(&["territory", "import", "cities.csv"]).contains("nothing new"));
        let name = format!("territories/geonames-{number}");
        assert_eq!(
            shell
                .done(&["territory", "show", &name, "-o", "json", "--fields", "parent"])
                .matches("territories/xk")
                .count(),
            1
        );
        assert!(shell.done(&["territory", "search", "gjakova", "--lang", "fr"]).contains(&name));
        write("wrong.csv", &city.replace("Kosovo", "Atlantis"));
        let said = shell.run(&["territory", "import", "wrong.csv", "cities.csv", "--lang", "fr"]);
        assert_eq!(said.code, 6, "{}{}", said.out, said.err);
        for told in [
            "wrong.csv : non importé",
            "bloque PARENT_UNKNOWN",
            "ligne 2, country",
            "Atlantis",
            "--partial",
            "cities.csv : rien de nouveau",
        ] {
            assert!(said.out.contains(told), "{told}: {}", said.out);
        }
        shell.fails(2, &["territory", "import"]);
        assert!(shell.fails(1, &["territory", "import", "missing.csv"]).contains("missing.csv"));
    });
}
