//! What something that is learnt corresponds to in a framework that others know. Pure.

use chassis::error::{Result, Violations};
use chassis::{say, value};
use proto::common::Alignment;
use proto::common::alignment::Framework;

/// How many competences each area of `DigComp` has: 21 together.
const DIGCOMP: [usize; 5] = [3, 6, 4, 4, 4];
/// The highest level of `DigComp`.
pub(crate) const HIGHEST_LEVEL: i32 = 8;
/// The list `FUNCTIONAL_CAPACITY`.
pub(crate) const FUNCTIONAL_CAPACITIES: [&str; 5] =
    ["ENGAGE_STAKEHOLDERS", "ASSESS_VISION", "POLICY_STRATEGY", "BUDGET_MANAGE_IMPLEMENT", "EVALUATE"];
const LINE: usize = 500;
const CODE: usize = 200;

/// An alignment in its canonical form.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field of it.
pub(crate) fn check(field: &str, said: &Alignment) -> Result<Alignment> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let framework = wrong.coded::<Framework>(&at("framework"), said.framework, true)?;
    let mut checked = Alignment {
        framework: framework.number(),
        framework_version: wrong.plain(&at("framework_version"), &said.framework_version, 20)?,
        target_code: wrong.plain(&at("target_code"), &said.target_code, CODE)?,
        target_name: wrong.plain(&at("target_name"), &said.target_name, LINE)?,
        target_url: String::new(),
    };
    if !said.target_url.is_empty() {
        checked.target_url =
            wrong.check(value::https(&at("target_url"), &said.target_url))?.unwrap_or_default();
    }
    let (code, url) = (&checked.target_code, &checked.target_url);
    match framework.get() {
        _ if code.is_empty() => wrong.require(&at("target_code"), false),
        Framework::Digcomp => wrong.code(&at("target_code"), "DIGCOMP", is_digcomp, code),
        Framework::Sdg => {
            wrong.code(
                &at("target_code"),
                "UNSDG-Targets",
                |code| iati::has_code("UNSDG-Targets", code),
                code,
            );
        }
        Framework::UndpCd => {
            let known = |code: &str| FUNCTIONAL_CAPACITIES.contains(&code);
            wrong.code(&at("target_code"), "FUNCTIONAL_CAPACITY", known, code);
        }
        Framework::Other if url.is_empty() => wrong.add(
            at("target_url"),
            say!("say where that framework is described", "indiquez où ce référentiel est décrit"),
        ),
        Framework::Other | Framework::Esco | Framework::Unspecified => {}
    }
    wrong.finish()?;
    Ok(checked)
}

/// `2.6`: the area, then the competence in it.
fn is_digcomp(code: &str) -> bool {
    let Some((area, competence)) = code.split_once('.') else { return false };
    let number = |text: &str| text.parse::<usize>().ok().filter(|number| number.to_string() == text);
    let count = number(area).and_then(|area| DIGCOMP.get(area.checked_sub(1)?));
    number(competence).zip(count).is_some_and(|(competence, count)| (1..=*count).contains(&competence))
}

#[cfg(test)]
pub(crate) mod tests {
    use chassis::error::Error;

    use super::*;

    pub(crate) fn digcomp(code: &str) -> Alignment {
        Alignment {
            framework: Framework::Digcomp.into(),
            framework_version: "3.0".to_owned(),
            target_code: code.to_owned(),
            ..Default::default()
        }
    }

    fn wrong(alignment: &Alignment) -> String {
        match check("a", alignment) {
            Ok(_) => String::new(),
            Err(Error::Invalid { fields, .. }) => {
                fields.into_iter().map(|field| field.field).collect::<Vec<_>>().join(" ")
            }
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_code_is_one_of_its_framework() {
        for code in ["1.1", "2.6", "5.4"] {
            assert_eq!(wrong(&digcomp(code)), "", "{code}");
        }
        for code in ["0.1", "1.4", "2.7", "6.1", "1", "1.01", "1.1 x", "a.b", ""] {
            assert_eq!(wrong(&digcomp(code)), "a.target_code", "{code}");
        }
        let of =
            |framework: Framework, code: &str| Alignment { framework: framework.into(), ..digcomp(code) };
        assert_eq!(wrong(&of(Framework::Sdg, "4.4")), "");
        assert_eq!(wrong(&of(Framework::Sdg, "4.99")), "a.target_code");
        assert_eq!(wrong(&of(Framework::UndpCd, "EVALUATE")), "");
        assert_eq!(wrong(&of(Framework::UndpCd, "1.1")), "a.target_code");
        assert_eq!(wrong(&of(Framework::Other, "x")), "a.target_url");
        assert_eq!(wrong(&of(Framework::Unspecified, "x")), "a.framework");
        let other = Alignment { target_url: "http://example.org".to_owned(), ..of(Framework::Esco, "x") };
        assert_eq!(wrong(&other), "a.target_url", "https alone");
    }
}
