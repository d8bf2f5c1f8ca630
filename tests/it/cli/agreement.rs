//! Agreements at the terminal: signed by the file itself, found by their end, compared.

use proto::common::Evidence;
use proto::partners as pb;
use proto::partners::agreement::{RenewalMode, State};

use super::{Shell, told};
use crate::caller::done;
use crate::partners::agreement::{agreement, drafted, propose, read};
use crate::partners::commitment::formed;

/// SHA-256 of `abc`.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn an_agreement_is_signed_by_its_file_found_by_its_end_and_compared() {
    told(async |network| {
        let formed = formed(network, 1).await;
        let draft = pb::Agreement {
            document: Some(Evidence {
                title: "La convention".to_owned(),
                uri: "https://example.org/convention.pdf".to_owned(),
                sha256: ABC.to_owned(),
                ..Default::default()
            }),
            ..agreement(&formed, RenewalMode::Explicit, (-1, 60))
        };
        let name = drafted(&formed, draft).await;
        done(propose(&formed, &name).await);
        let (lead, member) = (Shell::of(&formed.lead.1), Shell::of(&formed.members[0].1));
        std::fs::write(lead.home.join("convention.pdf"), "abc").unwrap();
        std::fs::write(member.home.join("other.pdf"), "abd").unwrap();

        let signed = lead.run(&[
            "agreement",
            "sign",
            &name,
            "--partner",
            &formed.lead.0,
            "--file",
            "convention.pdf",
            "--lang",
            "fr",
        ]);
        assert_eq!(signed.code, 0, "{}", signed.err);
        assert!(signed.err.contains(&format!("convention.pdf : SHA-256 {ABC}")), "{}", signed.err);
        let own = &formed.members[0].0;
        let refused = member.run(&[
            "agreement",
            "sign",
            &name,
            "--partner",
            own,
            "--file",
            "other.pdf",
            "--lang",
            "en",
        ]);
        assert_ne!(refused.code, 0, "another text is not signed");
        assert!(refused.err.contains("not the document that was proposed"), "{}", refused.err);
        member.done(&["agreement", "sign", &name, "--partner", own, "--document-sha256", ABC]);
        assert_eq!(read(&formed.lead.1, &name).await.state(), State::InForce);

        let parent = &formed.name;
        let list = |within: &str| {
            lead.done(&["agreement", "list", "--partnership", parent, "--expiring", within, "-o", "name"])
        };
        assert_eq!(list("90d").trim(), name);
        assert_eq!(list("59j").trim(), "");

        // What an amendment changes, before it is signed.
        let amend = pb::AmendAgreementRequest {
            name: name.clone(),
            agreement: Some(pb::Agreement {
                notice_days: Some(30),
                legally_binding: true,
                ..Default::default()
            }),
            ..Default::default()
        };
        let amended = done(formed.lead.1.agreements().amend_agreement(amend).await).name;
        let compared = |language: &str| {
            let fields = "field,label,before,after";
            member.done(&[
                "agreement",
                "compare",
                &name,
                &amended,
                "-o",
                "csv",
                "--fields",
                fields,
                "--lang",
                language,
            ])
        };
        let english = compared("en");
        let lines: Vec<&str> = english.lines().map(str::trim_end).collect();
        assert_eq!(lines[1], "legally_binding,Legally binding,no,yes", "{english}");
        assert!(lines.contains(&"notice_days,Notice days,0,30"), "{english}");
        assert!(compared("fr").contains("legally_binding,Juridiquement contraignant,non,oui"));
        let hidden = Shell::at(network).run(&["agreement", "compare", &name, &amended]);
        assert_eq!((hidden.code, hidden.out.as_str()), (3, ""), "a draft is not everyone's: {}", hidden.err);
    });
}
