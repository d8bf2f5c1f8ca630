//! One organisation, one partner: duplicates are told of, merged as a redirect, and restored exactly (BEY-1).

use proto::partners as pb;
use tonic::Code;

use super::{read, take};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

fn merge(name: &str, survivor: &str) -> pb::MergePartnersRequest {
    pb::MergePartnersRequest { name: name.to_owned(), survivor: survivor.to_owned(), ..Default::default() }
}

fn unmerge(name: &str) -> pb::UnmergePartnersRequest {
    pb::UnmergePartnersRequest { name: name.to_owned(), ..Default::default() }
}

/// What a partner is, apart from how often it changed.
fn essence(partner: pb::Partner) -> pb::Partner {
    pb::Partner {
        etag: String::new(),
        revision: 0,
        update_time: None,
        allowed_actions: Vec::new(),
        ..partner
    }
}

/// Two partners that may be one: the same title, and one of them without an identifier.
async fn twins(coordinator: &Caller) -> (pb::Partner, pb::Partner) {
    let title = Some(sample::text("en", &format!("Twins of {}", sample::word())));
    let one = pb::Partner { title: title.clone(), ..sample::partner() };
    let other =
        pb::Partner { title, identifiers: Vec::new(), acronym: "TWIN".to_owned(), ..sample::partner() };
    let one = done(coordinator.partners().create_partner(sample::create(one)).await);
    let refusal = expect(
        Code::FailedPrecondition,
        "BEY_1",
        coordinator.partners().create_partner(sample::create(other.clone())).await,
    );
    let confirmed = pb::CreatePartnerRequest {
        duplicate_confirmation: refusal.facts["duplicate_confirmation"].clone(),
        ..sample::create(other)
    };
    (one, done(coordinator.partners().create_partner(confirmed).await))
}

async fn bey_1_a_likely_duplicate_is_refused_with_reasons_and_made_when_confirmed(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let word = sample::word();
    let title = |title: &str| Some(sample::text("fr", title));
    let known = pb::Partner { title: title(&format!("Fondation de l'Été {word}")), ..sample::partner() };
    let known = done(coordinator.partners().create_partner(sample::create(known)).await);

    // Written otherwise, it is the same title: without accents, case, or the word of its legal form.
    let alike = pb::Partner { title: title(&format!("DE L'ETE {word}")), ..sample::partner() };
    let refusal = expect(
        Code::FailedPrecondition,
        "BEY_1",
        coordinator.partners().create_partner(sample::create(alike.clone())).await,
    );
    assert_eq!(refusal.facts["candidate_0"], format!("{} 80 TITLE COUNTRY", known.name));
    assert!(refusal.message.contains(&known.name));

    // A confirmation is of these candidates, sealed.
    let confirmation = refusal.facts["duplicate_confirmation"].clone();
    let with = |partner: &pb::Partner, duplicate_confirmation: String| pb::CreatePartnerRequest {
        duplicate_confirmation,
        ..sample::create(partner.clone())
    };
    for forged in [format!("{confirmation}A"), "x".to_owned()] {
        expect(
            Code::FailedPrecondition,
            "BEY_1",
            coordinator.partners().create_partner(with(&alike, forged)).await,
        );
    }
    let other = done(coordinator.partners().create_partner(with(&alike, confirmation.clone())).await);
    let third = pb::Partner { identifiers: vec![sample::identifier()], ..alike.clone() };
    let refusal = expect(
        Code::FailedPrecondition,
        "BEY_1",
        coordinator.partners().create_partner(with(&third, confirmation)).await,
    );
    assert!(refusal.facts.contains_key("candidate_1"), "of a new candidate the confirmation knows nothing");

    let asked = pb::ListPossibleDuplicatesRequest { partner: other.name.clone(), ..Default::default() };
    let pairs = done(coordinator.partners().list_possible_duplicates(asked).await).possible_duplicates;
    assert_eq!((pairs.len(), pairs[0].candidate.as_str(), pairs[0].score), (1, known.name.as_str(), 80));

    // An identifier is no likelihood.
    let same = pb::Partner { identifiers: known.identifiers.clone(), ..sample::partner() };
    expect(
        Code::AlreadyExists,
        "ALREADY_EXISTS",
        coordinator.partners().create_partner(sample::create(same)).await,
    );
}

async fn les_20_merge_moves_all_or_nothing_and_unmerge_restores_exactly(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let (survivor, duplicate) = twins(&coordinator).await;
    let before = (read(&coordinator, &survivor.name).await, read(&coordinator, &duplicate.name).await);
    done(coordinator.partners().merge_partners(merge(&duplicate.name, &survivor.name)).await);

    let found = read(&coordinator, &duplicate.name).await;
    assert_eq!((&found.name, &found.redirected_from), (&survivor.name, &duplicate.name));
    let names = vec![duplicate.name.clone(), survivor.name.clone()];
    let batch =
        done(coordinator.partners().batch_get_partners(pb::BatchGetPartnersRequest { names }).await).partners;
    assert!(batch.iter().all(|partner| partner.name == survivor.name));
    let word = survivor.title.clone().unwrap().translations["en"].text.rsplit(' ').next().unwrap().to_owned();
    let search = async || {
        let found = coordinator
            .partners()
            .search_partners(pb::SearchPartnersRequest { query: word.clone(), page_size: 0 })
            .await;
        done(found).partners.len()
    };
    assert_eq!(search().await, 1, "counted once");
    assert_eq!(
        essence(read(&coordinator, &survivor.name).await),
        essence(before.0.clone()),
        "the survivor is not rewritten"
    );
    for verb in ["ApprovePartner", "ArchivePartner"] {
        let answer = take(&coordinator, verb, &duplicate.name, false).await;
        assert!(answer.is_err(), "{verb} of a merged partner");
    }

    done(coordinator.partners().unmerge_partners(unmerge(&duplicate.name)).await);
    assert_eq!(essence(read(&coordinator, &duplicate.name).await), essence(before.1));
    assert_eq!(essence(read(&coordinator, &survivor.name).await), essence(before.0));
    assert_eq!(search().await, 2);
    expect(
        Code::FailedPrecondition,
        "BEY_1",
        coordinator.partners().unmerge_partners(unmerge(&duplicate.name)).await,
    );
}

async fn bey_1_merges_that_make_no_sense_are_refused_whole(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let (one, other) = (network.active_partner().await, network.active_partner().await);
    let (survivor, duplicate) = twins(&coordinator).await;
    let gone = network.active_partner().await;
    done(take(&coordinator, "ArchivePartner", &gone.name, false).await);
    let refused = async |name: &str, into: &str| {
        let before = read(&coordinator, name).await;
        expect(
            Code::FailedPrecondition,
            "BEY_1",
            coordinator.partners().merge_partners(merge(name, into)).await,
        );
        assert_eq!(read(&coordinator, name).await, before);
    };
    refused(&one.name, &other.name).await; // two SIRET contradict each other
    refused(&one.name, &one.name).await;
    refused(&duplicate.name, &gone.name).await;
    done(coordinator.partners().merge_partners(merge(&duplicate.name, &survivor.name)).await);
    refused(&survivor.name, &duplicate.name).await; // in a circle
    refused(&duplicate.name, &survivor.name).await; // twice
    let missing = coordinator.partners().merge_partners(merge(&one.name, "partners/nobody")).await;
    expect(Code::NotFound, "NOT_FOUND", missing);
    let founder = network.partner_admin(&one.name).await;
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        founder.partners().merge_partners(merge(&one.name, &other.name)).await,
    );
}

async fn a_search_finds_words_however_they_are_written(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let word = sample::word();
    let title = sample::texts(&[
        ("fr", &format!("Fédération des Œuvres d'Été {word}")),
        ("en", &format!("Straße of {word}")),
    ]);
    let made = done(
        coordinator
            .partners()
            .create_partner(sample::create(pb::Partner { title: Some(title), ..sample::partner() }))
            .await,
    );
    let found = async |query: String| {
        let found =
            coordinator.partners().search_partners(pb::SearchPartnersRequest { query, page_size: 10 }).await;
        done(found).partners.into_iter().map(|partner| partner.name).collect::<Vec<_>>()
    };
    let queries = [
        word.to_uppercase(),
        format!("federation {word}"),
        format!("FÉDÉRATION  ete {word}"),
        format!("{word} fede"),
        format!("\"{word}\" ("),
        format!("{word} & | ! * :"),
        made.identifiers[0].value.clone(),
    ];
    for query in queries {
        assert_eq!(found(query.clone()).await, [made.name.as_str()], "{query}");
    }
    assert!(found(format!("{word} elephant")).await.is_empty());
    let pending = pb::SearchPartnersRequest { query: word, page_size: 0 };
    assert!(
        done(network.anonymous().partners().search_partners(pending).await).partners.is_empty(),
        "a pending partner is not public"
    );
    let empty = pb::SearchPartnersRequest { query: " ' ".to_owned(), page_size: 0 };
    expect(Code::InvalidArgument, "INVALID_FIELD", coordinator.partners().search_partners(empty).await);
}

told_everywhere!(
    bey_1_a_likely_duplicate_is_refused_with_reasons_and_made_when_confirmed,
    bey_1_merges_that_make_no_sense_are_refused_whole,
    les_20_merge_moves_all_or_nothing_and_unmerge_restores_exactly,
    a_search_finds_words_however_they_are_written,
);
