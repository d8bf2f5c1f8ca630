//! From registration to the archive: who may do what to a partner, and what of it others see.

use proto::auth::Role;
use proto::partners as pb;
use proto::partners::partner::{Sector, State};
use tonic::Code;

use super::{change, read, take};
use crate::caller::{done, expect};
use crate::harness::{Network, eventually};
use crate::sample;

async fn a_partner_goes_from_registration_to_the_archive(network: &'static Network) {
    let (coordinator, founder, stranger) =
        (network.coordinator().await, network.person(&[]).await, network.outsider().await);
    let made = done(founder.partners().create_partner(sample::create(sample::partner())).await);
    assert_eq!((made.state(), made.revision), (State::Pending, 1));
    assert!(!made.uid.is_empty() && made.create_time.is_some() && made.create_time == made.update_time);
    let name = made.name.clone();

    // Until it is approved it is between its founder and the coordinators.
    let ask = pb::GetPartnerRequest { name: name.clone() };
    expect(Code::NotFound, "NOT_FOUND", stranger.partners().get_partner(ask.clone()).await);
    expect(Code::NotFound, "NOT_FOUND", network.anonymous().partners().get_partner(ask).await);
    assert_eq!(read(&founder, &name).await.name, name);

    expect(Code::PermissionDenied, "PERMISSION_DENIED", take(&founder, "ApprovePartner", &name, false).await);
    let approved = done(take(&coordinator, "ApprovePartner", &name, false).await);
    assert_eq!((approved.state(), approved.revision), (State::Active, 2));
    expect(Code::FailedPrecondition, "STATE", take(&coordinator, "ApprovePartner", &name, false).await);
    expect(Code::FailedPrecondition, "STATE", take(&coordinator, "RejectPartner", &name, false).await);

    // Its founder administers it now, as a new token says.
    let admin = founder.within(&name).await;
    let edited = pb::Partner {
        name: name.clone(),
        website: "https://example.org/a".to_owned(),
        etag: approved.etag.clone(),
        ..Default::default()
    };
    let edited = done(admin.partners().update_partner(change(edited, &["website"])).await);
    assert_eq!((edited.website.as_str(), edited.revision), ("https://example.org/a", 3));
    assert_eq!(edited.title, approved.title, "what the mask does not name stays");
    assert_ne!(edited.etag, approved.etag);
    let stale =
        pb::Partner { etag: approved.etag, website: "https://example.org/b".to_owned(), ..edited.clone() };
    expect(
        Code::Aborted,
        "ETAG_MISMATCH",
        admin.partners().update_partner(change(stale, &["website"])).await,
    );

    // No update moves a state.
    let moved = pb::Partner { state: State::Archived.into(), acronym: "NEW".to_owned(), ..edited };
    let moved =
        done(admin.partners().update_partner(change(moved, &["state", "acronym", "etag", "revision"])).await);
    assert_eq!((moved.state(), moved.acronym.as_str(), moved.revision), (State::Active, "NEW", 4));

    let archived = done(take(&admin, "ArchivePartner", &name, false).await);
    assert_eq!(archived.state(), State::Archived);
    let late = pb::Partner { name: name.clone(), acronym: "LATE".to_owned(), ..Default::default() };
    expect(
        Code::FailedPrecondition,
        "STATE",
        coordinator.partners().update_partner(change(late, &["acronym"])).await,
    );
    assert_eq!(
        read(&network.anonymous(), &name).await.state(),
        State::Archived,
        "nothing that was is ever gone"
    );
}

async fn sep_2_members_of_a_suspended_partner_read_and_do_not_write(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let name = network.active_partner().await.name;
    let admin = network.partner_admin(&name).await;
    let edit = |text: &str| {
        let partner = pb::Partner { name: name.clone(), acronym: text.to_owned(), ..Default::default() };
        change(partner, &["acronym"])
    };
    done(admin.partners().update_partner(edit("BEFORE")).await);
    done(take(&coordinator, "SuspendPartner", &name, false).await);
    eventually(60, "a member of a suspended partner cannot write", async || {
        let member = admin.again().await;
        let answer = member.partners().update_partner(edit("DURING")).await;
        answer.is_err_and(|status| status.code() == Code::PermissionDenied)
    })
    .await;
    let member = admin.again().await;
    let seen = read(&member, &name).await;
    assert_eq!((seen.state(), seen.state_reason.as_str()), (State::Suspended, "Because."));
    assert!(seen.contact.is_some(), "a member still reads all there is");

    done(take(&coordinator, "ReinstatePartner", &name, false).await);
    eventually(60, "a member of a reinstated partner writes again", async || {
        admin.again().await.partners().update_partner(edit("AFTER")).await.is_ok()
    })
    .await;
}

async fn sep_1_nobody_decides_about_a_partner_of_their_own(network: &'static Network) {
    let founder = network.person(&[]).await;
    let name = done(founder.partners().create_partner(sample::create(sample::partner())).await).name;
    let judge = network.person(&[Role::Coordinator]).await;
    let membership = proto::identity::Membership {
        user: judge.name.clone(),
        role: Role::Reporter.into(),
        ..Default::default()
    };
    let request = proto::identity::CreateMembershipRequest {
        parent: name.clone(),
        membership: Some(membership),
        ..Default::default()
    };
    done(network.coordinator().await.memberships().create_membership(request).await);
    let judge = judge.again().await;
    for verb in ["ApprovePartner", "RejectPartner"] {
        expect(Code::FailedPrecondition, "SEP_1", take(&judge, verb, &name, false).await);
    }
    done(take(&network.coordinator().await, "RejectPartner", &name, false).await);
}

async fn par_2_an_active_partner_does_not_change_what_was_approved(network: &'static Network) {
    let partner = network.active_partner().await;
    let admin = network.partner_admin(&partner.name).await;
    let settled = [
        (
            pb::Partner { sector: Sector::Public.into(), college: "STATE".to_owned(), ..partner.clone() },
            vec!["sector", "college"],
        ),
        (pb::Partner { identifiers: vec![sample::identifier()], ..partner.clone() }, vec!["identifiers"]),
        (pb::Partner { identifiers: Vec::new(), ..partner.clone() }, vec!["identifiers"]),
    ];
    for (changed, paths) in settled {
        let changed = pb::Partner { etag: String::new(), ..changed };
        expect(
            Code::FailedPrecondition,
            "PAR_2",
            admin.partners().update_partner(change(changed.clone(), &paths)).await,
        );
        let coordinator = network.coordinator().await;
        done(
            coordinator
                .partners()
                .update_partner(pb::UpdatePartnerRequest { validate_only: true, ..change(changed, &paths) })
                .await,
        );
    }
    assert_eq!(read(&admin, &partner.name).await.identifiers, partner.identifiers);
}

async fn les_10_a_user_cannot_edit_what_he_does_not_own(network: &'static Network) {
    let name = network.active_partner().await.name;
    let other = network.home_partner().await;
    let intruders = [
        network.outsider().await,
        network.reviewer().await,
        network.partner_admin(&other).await,
        network.colleague(&other, Role::Reporter).await,
        network.integration(&other, &["partners.partner.update", "*.read"]).await,
    ];
    let edit = |name: &str| {
        let partner = pb::Partner { name: name.to_owned(), acronym: "MINE".to_owned(), ..Default::default() };
        change(partner, &["acronym"])
    };
    for intruder in intruders {
        let there = expect(
            Code::PermissionDenied,
            "PERMISSION_DENIED",
            intruder.partners().update_partner(edit(&name)).await,
        );
        let missing = intruder.partners().update_partner(edit("partners/nobody-there")).await;
        // Reviewers may know what there is; for all others a missing partner looks like one that is not theirs.
        if intruder.name != network.reviewer().await.name {
            let missing = expect(Code::PermissionDenied, "PERMISSION_DENIED", missing);
            assert_eq!(missing.message.replace("partners/nobody-there", &name), there.message);
        }
        for verb in ["ArchivePartner", "SuspendPartner"] {
            expect(Code::PermissionDenied, "PERMISSION_DENIED", take(&intruder, verb, &name, false).await);
        }
    }
    expect(
        Code::Unauthenticated,
        "UNAUTHENTICATED",
        network.anonymous().partners().update_partner(edit(&name)).await,
    );
    let trainer = network.colleague(&name, Role::Trainer).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", trainer.partners().update_partner(edit(&name)).await);
    assert_eq!(read(&network.coordinator().await, &name).await.revision, 2, "nothing changed");

    for own in [network.partner_admin(&name).await, network.colleague(&name, Role::Reporter).await] {
        done(own.partners().update_partner(edit(&name)).await);
    }
    let machine = network.integration(&name, &["partners.partner.update"]).await;
    done(machine.partners().update_partner(edit(&name)).await);
    let reading = network.integration(&name, &["*.read"]).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", reading.partners().update_partner(edit(&name)).await);
}

async fn les_17_parallel_creates_of_one_identifier_make_one(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let identifier = sample::identifier();
    let creates = (0..32).map(|_| {
        let partner = pb::Partner { identifiers: vec![identifier.clone()], ..sample::partner() };
        let mut partners = coordinator.partners();
        async move { partners.create_partner(sample::create(partner)).await }
    });
    let answers = futures::future::join_all(creates).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), refused.len()), (1, 31));
    let made = done(made.into_iter().next().unwrap());
    for answer in refused {
        let refusal = expect(Code::AlreadyExists, "ALREADY_EXISTS", answer);
        assert_eq!(refusal.facts["holder"], made.name, "who is refused learns whom to use");
    }
}

async fn imports_of_one_organisation_at_once(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let identifier = sample::identifier();
    let found = pb::OrganisationAsFound {
        r#ref: format!("XI-IATI-{}", identifier.value),
        titles: [("en".to_owned(), format!("Organisation {}", identifier.value))].into(),
        ..pb::OrganisationAsFound::default()
    };
    let imports = (0..16).map(|_| {
        let request = pb::ImportPartnersRequest {
            organisations: vec![found.clone()],
            ..pb::ImportPartnersRequest::default()
        };
        let mut partners = coordinator.partners();
        async move { done(partners.import_partners(request).await).results.remove(0) }
    });
    let results = futures::future::join_all(imports).await;
    assert!(
        results.iter().all(|result| result.partner == results[0].partner),
        "one organisation became several"
    );
    let made = results.iter().filter(|result| result.outcome() == pb::imported_partner::Outcome::Created);
    assert_eq!(made.count(), 1);
}

#[test]
fn les_17_parallel_imports_of_one_identifier_make_one_record() {
    for topology in [crate::harness::Topology::Together, crate::harness::Topology::Apart] {
        for store in [crate::harness::Store::Sqlite, crate::harness::Store::Postgres] {
            if let Some(network) = Network::shared(topology, store) {
                crate::harness::tell(network, imports_of_one_organisation_at_once(network));
            }
        }
    }
}

async fn private_contacts_stay_private(network: &'static Network) {
    let name = network.active_partner().await.name;
    let other = network.home_partner().await;
    for insider in [network.coordinator().await, network.reviewer().await, network.partner_admin(&name).await]
    {
        let contact = read(&insider, &name).await.contact.unwrap();
        assert_eq!(contact.email, "secret@example.org");
    }
    for outsider in [network.anonymous(), network.outsider().await, network.partner_admin(&other).await] {
        let seen = [
            read(&outsider, &name).await,
            done(
                outsider
                    .partners()
                    .batch_get_partners(pb::BatchGetPartnersRequest { names: vec![name.clone()] })
                    .await,
            )
            .partners
            .remove(0),
            done(
                outsider
                    .partners()
                    .list_partners(pb::ListPartnersRequest {
                        filter: format!("name = \"{name}\""),
                        ..Default::default()
                    })
                    .await,
            )
            .partners
            .remove(0),
        ];
        for partner in seen {
            assert_eq!((partner.name.as_str(), partner.contact), (name.as_str(), None));
        }
    }
}

async fn bey_6_a_text_says_in_which_language_it_came(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let word = sample::word();
    let title = sample::texts(&[("fr", &format!("Réseau {word}")), ("en", &format!("Network {word}"))]);
    let made = done(
        coordinator
            .partners()
            .create_partner(sample::create(pb::Partner { title: Some(title), ..sample::partner() }))
            .await,
    );
    let shown = async |language: &str| {
        let title = read(&coordinator.speaking(language), &made.name).await.title.unwrap();
        (title.display_language_code, title.display_text)
    };
    assert_eq!(shown("en").await, ("en".to_owned(), format!("Network {word}")));
    assert_eq!(shown("de, en;q=0.5").await, ("en".to_owned(), format!("Network {word}")));
    assert_eq!(shown("fr-CA").await, ("fr".to_owned(), format!("Réseau {word}")));
    assert_eq!(shown("de").await, ("fr".to_owned(), format!("Réseau {word}")), "else the original");

    // The original changes: the translation is older now, and says so.
    let mut title = made.title.clone().unwrap();
    title.translations.get_mut("fr").unwrap().text = format!("Le réseau {word}");
    let changed = pb::Partner { name: made.name.clone(), title: Some(title), ..Default::default() };
    let changed =
        done(coordinator.partners().update_partner(change(changed, &["title"])).await).title.unwrap();
    assert!(changed.translations["en"].stale && !changed.translations["fr"].stale);
    let refusal = expect(
        Code::NotFound,
        "NOT_FOUND",
        coordinator
            .speaking("fr")
            .partners()
            .get_partner(pb::GetPartnerRequest { name: "partners/nobody".to_owned() })
            .await,
    );
    assert!(refusal.message.contains("n'existe pas"), "{}", refusal.message);
}

async fn wrong_fields_are_all_named_at_once(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let wrong = pb::Partner {
        title: None,
        college: "NOT_A_COLLEGE".to_owned(),
        country_code: "ZZ".to_owned(),
        website: "javascript:alert(1)".to_owned(),
        identifiers: vec![proto::common::ExternalIdentifier {
            scheme: "SIREN".to_owned(),
            value: "123456789".to_owned(),
        }],
        acronym: "a".repeat(21),
        ..sample::partner()
    };
    let refusal = expect(
        Code::InvalidArgument,
        "INVALID_FIELD",
        coordinator.partners().create_partner(sample::create(wrong)).await,
    );
    for field in ["title", "college", "country_code", "website", "identifiers[0].value", "acronym"] {
        let field = format!("partner.{field}");
        assert!(
            refusal.fields.iter().any(|named| named.starts_with(field.trim_end_matches(".value"))),
            "{field}: {:?}",
            refusal.fields
        );
    }
    let unknown = pb::Partner { sector: 99, ..sample::partner() };
    let refusal = expect(
        Code::InvalidArgument,
        "INVALID_FIELD",
        coordinator.partners().create_partner(sample::create(unknown)).await,
    );
    assert_eq!(refusal.fields, ["partner.sector"]);
    let incoherent = pb::Partner { college: "PRIVATE_SECTOR".to_owned(), ..sample::partner() };
    let refusal = expect(
        Code::InvalidArgument,
        "INVALID_FIELD",
        coordinator.partners().create_partner(sample::create(incoherent)).await,
    );
    assert_eq!(refusal.fields, ["partner.sector"]);
    // PostgreSQL cannot keep a NUL, and both must say so alike.
    let nul = pb::Partner { acronym: "a\0b".to_owned(), ..sample::partner() };
    expect(
        Code::InvalidArgument,
        "INVALID_FIELD",
        coordinator.partners().create_partner(sample::create(nul)).await,
    );
}

async fn masks_are_taken_at_their_word(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let partner = network.active_partner().await;
    let update = async |paths: &[&str], changed: pb::Partner| {
        coordinator.partners().update_partner(change(changed, paths)).await
    };
    let bare = || pb::Partner { name: partner.name.clone(), ..Default::default() };
    for paths in
        [&["nothing"][..], &["*", "acronym"], &["identifiers.0"], &["title.nothing"], &[""], &["Acronym"]]
    {
        let refusal = expect(Code::InvalidArgument, "INVALID_FIELD", update(paths, bare()).await);
        assert!(
            refusal.fields.iter().all(|field| field.starts_with("update_mask")),
            "{paths:?}: {:?}",
            refusal.fields
        );
    }
    // Named and unset clears; not named and set stays; twice is once.
    let set = pb::Partner { website: "https://example.org".to_owned(), acronym: "ACR".to_owned(), ..bare() };
    let both = done(update(&["website", "acronym", "website"], set.clone()).await);
    assert_eq!((both.website.as_str(), both.acronym.as_str()), ("https://example.org", "ACR"));
    let one = done(update(&["website"], pb::Partner { acronym: "OTHER".to_owned(), ..bare() }).await);
    assert_eq!((one.website.as_str(), one.acronym.as_str()), ("", "ACR"));
    // Nothing to do is nothing done.
    let same = done(update(&["acronym"], pb::Partner { acronym: "ACR".to_owned(), ..bare() }).await);
    assert_eq!((same.etag, same.update_time), (one.etag.clone(), one.update_time));
    let none = pb::UpdatePartnerRequest {
        partner: Some(pb::Partner { acronym: "SET".to_owned(), ..bare() }),
        ..Default::default()
    };
    let none = done(coordinator.partners().update_partner(none).await);
    assert_eq!(
        (none.acronym.as_str(), none.country_code.as_str()),
        ("SET", "FR"),
        "without a mask: what is set"
    );
}

told_everywhere!(
    a_partner_goes_from_registration_to_the_archive,
    sep_1_nobody_decides_about_a_partner_of_their_own,
    sep_2_members_of_a_suspended_partner_read_and_do_not_write,
    par_2_an_active_partner_does_not_change_what_was_approved,
    les_10_a_user_cannot_edit_what_he_does_not_own,
    les_17_parallel_creates_of_one_identifier_make_one,
    private_contacts_stay_private,
    bey_6_a_text_says_in_which_language_it_came,
    wrong_fields_are_all_named_at_once,
    masks_are_taken_at_their_word,
);
