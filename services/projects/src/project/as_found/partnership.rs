//! An activity that others are part of, with a memorandum or a contract: the partnership that it is also (iati.md §2). Pure.

use std::collections::{BTreeMap, BTreeSet};

use chassis::column::Day;
use chassis::say;
use chassis::value;
use iati::{Activity, Problem, Severity};
use proto::common::{DateRange, Evidence, evidence};
use proto::partners as partners_pb;
use proto::partners::agreement::Kind;
use proto::partners::partnership::State as Standing;
use proto::partners::partnership_member::Role;
use proto::projects::project::State;

use super::{Found, elements};

/// The categories of documents that are agreements, and what kind of agreement they are.
const AGREEMENTS: [(&str, Kind); 3] = [("A09", Kind::Mou), ("B13", Kind::Mou), ("A11", Kind::Unspecified)];
const LONGEST: usize = 500;

/// A partnership that an activity is, before its partners are known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parent {
    pub(crate) identifier: String,
    /// It names the activities that are part of it; else one of them must.
    pub(crate) names_parts: bool,
    /// The keys of its members, the lead first, each with what it is there for.
    members: Vec<(String, Role)>,
    draft: partners_pb::PartnershipAsFound,
    /// What could be better in what it is made of.
    pub(crate) advice: Vec<Problem>,
}

/// What stands for the name of a partner that is new: only a rehearsal has those.
pub(crate) type Names<'n> = &'n dyn Fn(&str) -> String;

/// The partnership that an activity may be: one of the first level, with an agreement among its documents.
pub(crate) fn parent(activity: &Activity, found: &Found) -> Option<Parent> {
    let state = match found.state {
        State::Active | State::Suspended => Standing::Active,
        State::Completed | State::Closed => Standing::Closed,
        State::Cancelled => return None,
        _ => Standing::Forming,
    };
    let agreements = agreements(activity, found);
    if activity.hierarchy != 1 || agreements.is_empty() {
        return None;
    }
    let mut members = vec![(found.lead.clone(), Role::Lead)];
    for (key, role) in &found.participants {
        let role = if role == "1" { Role::Funder } else { Role::Partner };
        match members.iter_mut().find(|(known, _)| known == key) {
            // Who does more than pay is a partner.
            Some((_, known)) if *known == Role::Funder => *known = role,
            Some(_) => {}
            None => members.push((key.clone(), role)),
        }
    }
    let mut advice = Vec::new();
    for (place, agreement) in agreements.iter().enumerate() {
        if agreement.document.is_none() {
            let why = say!(
                "an agreement is shown at an https:// address: it is taken over without its document, which stays with the project",
                "un accord se montre à une adresse https:// : il est repris sans son document, qui reste avec le projet"
            );
            advice.push(Problem {
                severity: Severity::Advice,
                record: found.identifier.clone(),
                location: "document-link/@url".to_owned(),
                line: lines(activity).nth(place).unwrap_or(activity.line),
                found: agreement
                    .external_reference
                    .chars()
                    .skip(found.identifier.chars().count() + 1)
                    .take(80)
                    .collect(),
                code: "DOCUMENT_NOT_HTTPS",
                en: why.en,
                fr: why.fr,
            });
        }
    }
    let partnership = partners_pb::Partnership {
        title: Some(found.title.clone()),
        vision: Some(found.summary.clone()).filter(|summary| !summary.translations.is_empty()),
        sdg_targets: found.sdg_targets.clone(),
        external_reference: found.identifier.clone(),
        ..Default::default()
    };
    let signed = partners_pb::agreement::State::Signed.into();
    let agreements = agreements
        .into_iter()
        .map(|agreement| partners_pb::AgreementAsFound { agreement: Some(agreement), found_state: signed });
    Some(Parent {
        identifier: found.identifier.clone(),
        names_parts: activity.related_activities.iter().any(|one| one.type_code == "2"),
        members,
        advice,
        draft: partners_pb::PartnershipAsFound {
            partnership: Some(partnership),
            found_state: state.into(),
            agreements: agreements.collect(),
            commitments: Vec::new(),
        },
    })
}

/// The kind of agreement that a document is, if it is one.
fn kind(categories: &[String]) -> Option<Kind> {
    AGREEMENTS
        .iter()
        .find(|(code, _)| categories.iter().any(|category| category == code))
        .map(|(_, kind)| *kind)
}

/// The lines of the documents that are agreements.
fn lines(activity: &Activity) -> impl Iterator<Item = u32> {
    let documents = activity.parts().documents.clone();
    documents.into_iter().filter(|one| kind(&one.categories).is_some()).map(|one| one.line)
}

fn agreements(activity: &Activity, found: &Found) -> Vec<partners_pb::Agreement> {
    let start = found.actual_start.or(found.planned_start);
    let end = found.actual_end.or(found.planned_end);
    let sound = start.filter(|start| end.is_none_or(|end| *start <= end));
    let period =
        sound.map(|start| DateRange { start_date: Some(start.to_date()), end_date: end.map(Day::to_date) });
    let mut seen = BTreeSet::new();
    let mut agreements = Vec::new();
    for document in elements(activity).documents.into_iter().flatten() {
        let Some(kind) = kind(&document.category_codes) else { continue };
        let reference = format!("{} {}", found.identifier, document.uri);
        if reference.chars().count() > LONGEST || !seen.insert(document.uri.clone()) {
            continue;
        }
        let title = document.title.as_ref().and_then(|title| {
            title
                .translations
                .get(&title.default_language_code)
                .map(|said| said.text.chars().take(LONGEST).collect())
        });
        let shown = Evidence {
            title: title.unwrap_or_else(|| document.uri.chars().take(LONGEST).collect()),
            uri: document.uri,
            issue_date: document.document_date,
            language_code: document.language_codes.first().cloned().unwrap_or_default(),
            kind: evidence::Kind::SignedDocument.into(),
            ..Default::default()
        };
        agreements.push(partners_pb::Agreement {
            kind: kind.into(),
            period,
            document: value::evidence("document", &shown).ok(),
            external_reference: reference,
            ..Default::default()
        });
    }
    agreements
}

impl Parent {
    /// The keys of those who take part in it.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(key, _)| key.as_str())
    }

    /// It, with its partners by name, each once; nothing where fewer than two take part.
    pub(crate) fn draft(&self, name: Names<'_>) -> Option<partners_pb::PartnershipAsFound> {
        let mut members: Vec<partners_pb::PartnershipMember> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for (key, role) in &self.members {
            let partner = name(key);
            if partner.is_empty() {
                continue;
            }
            match places.get(&partner) {
                Some(place) if members[*place].role() == Role::Funder => {
                    members[*place].role = (*role).into();
                }
                Some(_) => {}
                None => {
                    places.insert(partner.clone(), members.len());
                    members.push(partners_pb::PartnershipMember {
                        partner,
                        role: (*role).into(),
                        ..Default::default()
                    });
                }
            }
        }
        if members.len() < 2 || members[0].role() != Role::Lead {
            return None;
        }
        let mut draft = self.draft.clone();
        let party = |member: &partners_pb::PartnershipMember| partners_pb::AgreementParty {
            partner: member.partner.clone(),
            ..Default::default()
        };
        for agreement in draft.agreements.iter_mut().filter_map(|one| one.agreement.as_mut()) {
            agreement.parties = members.iter().take(100).map(party).collect();
        }
        if let Some(partnership) = &mut draft.partnership {
            partnership.lead_partner.clone_from(&members[0].partner);
            partnership.members = members;
        }
        Some(draft)
    }
}

#[cfg(test)]
mod tests {
    use chassis::column::Micros;

    use super::*;

    fn activity(hierarchy: u8, documents: &str, parts: &str) -> Activity {
        let text = format!(
            r#"<iati-activity hierarchy="{hierarchy}" xml:lang="en" default-currency="EUR"><iati-identifier>GB-1-P</iati-identifier>
            <reporting-org ref="GB-GOV-1" type="10"><narrative>Lead</narrative></reporting-org>
            <title><narrative>Partnership</narrative></title><description><narrative>A goal.</narrative></description>
            <participating-org ref="GB-GOV-1" type="10" role="1"><narrative>Lead</narrative></participating-org>
            <participating-org ref="GB-CHC-1" type="22" role="1"><narrative>One</narrative></participating-org>
            <participating-org ref="GB-CHC-1" type="22" role="4"><narrative>One</narrative></participating-org>
            <participating-org ref="GB-COH-2" type="70" role="1"><narrative>Two</narrative></participating-org>
            <activity-status code="2"/><activity-date type="2" iso-date="2023-01-01"/><activity-date type="3" iso-date="2099-12-31"/>
            <document-link url="https://example.org/report.pdf" format="application/pdf"><title><narrative>R</narrative></title><category code="A07"/></document-link>
            {documents}{parts}</iati-activity>"#
        );
        Activity::read(text, 1).unwrap()
    }

    fn document(url: &str, code: &str) -> String {
        format!(
            r#"<document-link url="{url}" format="application/pdf"><title><narrative>Agreed</narrative></title><category code="{code}"/></document-link>"#
        )
    }

    const PARTS: &str = r#"<related-activity ref="GB-1-P-1" type="2"/>"#;

    fn carried(activity: &Activity) -> Option<Parent> {
        parent(activity, &super::super::of(activity, Micros(1_700_000_000_000_000)).found.unwrap())
    }

    #[test]
    fn bey_8_a_parent_with_a_memorandum_is_a_partnership_of_those_who_take_part() {
        let documents = [
            document("https://example.org/mou.pdf", "A09"),
            document("https://example.org/mou.pdf", "A09"),
            document("http://example.org/contract.pdf", "A11"),
        ];
        let found = carried(&activity(1, &documents.concat(), PARTS)).unwrap();
        assert!(found.names_parts);
        assert_eq!(found.advice.iter().map(|one| one.code).collect::<Vec<_>>(), ["DOCUMENT_NOT_HTTPS"]);
        let draft =
            found.draft(&|key| format!("partners/{}", key.lines().next().unwrap().to_lowercase())).unwrap();
        let partnership = draft.partnership.as_ref().unwrap();
        let members: Vec<(&str, Role)> =
            partnership.members.iter().map(|member| (member.partner.as_str(), member.role())).collect();
        assert_eq!(
            members,
            [
                ("partners/gb-gov-1", Role::Lead),
                ("partners/gb-chc-1", Role::Partner),
                ("partners/gb-coh-2", Role::Funder),
            ]
        );
        assert_eq!(
            (draft.found_state(), partnership.external_reference.as_str()),
            (Standing::Active, "GB-1-P")
        );
        let [mou, contract] = &draft.agreements[..] else { panic!("{draft:?}") };
        let (mou, contract) = (mou.agreement.as_ref().unwrap(), contract.agreement.as_ref().unwrap());
        assert_eq!((mou.kind(), contract.kind()), (Kind::Mou, Kind::Unspecified));
        assert_eq!((mou.document.is_some(), contract.document.is_some()), (true, false));
        assert_eq!((mou.parties.len(), mou.period.unwrap().end_date.unwrap().year), (3, 2099));
        assert!(found.draft(&|_| "partners/same".to_owned()).is_none(), "one partner is no partnership");
    }

    #[test]
    fn bey_8_what_is_part_of_another_or_agrees_on_nothing_is_no_partnership() {
        let mou = document("https://example.org/mou.pdf", "A09");
        assert!(carried(&activity(2, &mou, PARTS)).is_none());
        assert!(carried(&activity(1, "", PARTS)).is_none());
        let alone = carried(&activity(1, &mou, ""));
        assert!(!alone.unwrap().names_parts, "unless another names it");
    }
}
