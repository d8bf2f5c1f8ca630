//! Lists: whole, in order, and bound to what was asked.

use std::collections::HashMap;

use proto::partners as pb;
use tonic::Code;

use super::change;
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

/// Registers so many partners that share a word, and answers their names.
async fn crowd(coordinator: &Caller, word: &str, count: usize) -> Vec<String> {
    let creates = (0..count).map(|index| {
        let partner = pb::Partner {
            competences: vec![word.to_owned()],
            acronym: format!("{}{}", ["É", "e", "Z", "a", "_"][index % 5], index % 3),
            ..sample::partner()
        };
        async move { done(coordinator.partners().create_partner(sample::create(partner)).await).name }
    });
    futures::future::join_all(creates).await
}

fn ask(word: &str) -> pb::ListPartnersRequest {
    pb::ListPartnersRequest { filter: format!("competences:\"{word}\""), ..Default::default() }
}

async fn les_19_a_walk_sees_everything_once_whatever_changes_meanwhile(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let word = sample::word();
    let names = crowd(&coordinator, &word, 30).await;
    for order_by in ["", "create_time desc", "acronym, create_time desc", "update_time"] {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let (mut token, mut size) = (String::new(), 3);
        loop {
            let request = pb::ListPartnersRequest {
                page_size: size,
                page_token: token,
                order_by: order_by.to_owned(),
                ..ask(&word)
            };
            let page = done(coordinator.partners().list_partners(request).await);
            assert!(page.partners.len() <= usize::try_from(size).unwrap());
            page.partners.iter().for_each(|partner| *seen.entry(partner.name.clone()).or_default() += 1);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
            size = size % 7 + 2; // the size may differ from page to page
            // Others come while we walk, and change what is not in the way of the order.
            crowd(&coordinator, &format!("{word}x"), 1).await;
            if order_by != "update_time" {
                let touched = pb::Partner {
                    name: names[0].clone(),
                    website: format!("https://example.org/{size}"),
                    ..Default::default()
                };
                done(coordinator.partners().update_partner(change(touched, &["website"])).await);
            }
        }
        let once = names.iter().filter(|name| seen.get(*name) == Some(&1)).count();
        assert_eq!((once, seen.len()), (30, 30), "by {order_by:?}");
    }
}

async fn an_order_is_the_same_on_every_database(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let word = sample::word();
    crowd(&coordinator, &word, 10).await;
    let request = pb::ListPartnersRequest { order_by: "acronym".to_owned(), ..ask(&word) };
    let page = done(coordinator.partners().list_partners(request).await).partners;
    let order: Vec<&str> = page.iter().map(|partner| partner.acronym.as_str()).collect();
    let mut bytewise = order.clone();
    bytewise.sort_unstable();
    assert_eq!(order, bytewise, "byte by byte, not by a dictionary");
}

async fn a_page_token_is_of_one_question(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let word = sample::word();
    crowd(&coordinator, &word, 5).await;
    let first = pb::ListPartnersRequest { page_size: 2, ..ask(&word) };
    let token = done(coordinator.partners().list_partners(first.clone()).await).next_page_token;
    let second = pb::ListPartnersRequest { page_token: token.clone(), ..first.clone() };
    done(coordinator.partners().list_partners(second.clone()).await);

    let others = [
        pb::ListPartnersRequest { filter: String::new(), ..second.clone() },
        pb::ListPartnersRequest { order_by: "create_time".to_owned(), ..second.clone() },
    ];
    for other in others {
        expect(
            Code::InvalidArgument,
            "PAGE_TOKEN_MISMATCH",
            coordinator.partners().list_partners(other).await,
        );
    }
    let outsider = network.outsider().await;
    expect(
        Code::InvalidArgument,
        "PAGE_TOKEN_MISMATCH",
        outsider.partners().list_partners(second.clone()).await,
    );
    let mut flipped = token.clone().into_bytes();
    let middle = flipped.len() / 2;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    for garbage in
        [format!("{token}="), token[..token.len() - 2].to_owned(), "é".to_owned(), "AAAA".to_owned(), flipped]
    {
        let request = pb::ListPartnersRequest { page_token: garbage.clone(), ..first.clone() };
        expect(
            Code::InvalidArgument,
            "PAGE_TOKEN_INVALID",
            coordinator.partners().list_partners(request).await,
        );
    }
    let sizes = [(-1, None), (0, Some(5)), (5000, Some(5))];
    for (page_size, expected) in sizes {
        let answer =
            coordinator.partners().list_partners(pb::ListPartnersRequest { page_size, ..ask(&word) }).await;
        match expected {
            Some(count) => assert_eq!(done(answer).partners.len(), count),
            None => drop(expect(Code::InvalidArgument, "INVALID_FIELD", answer)),
        }
    }
}

async fn filters_say_what_is_wrong_with_them(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let word = sample::word();
    let names = crowd(&coordinator, &word, 4).await;
    let found = async |filter: String| {
        let request = pb::ListPartnersRequest {
            filter: format!("competences:\"{word}\" AND ({filter})"),
            ..Default::default()
        };
        done(coordinator.partners().list_partners(request).await).partners.len()
    };
    assert_eq!(found("state = PENDING".to_owned()).await, 4);
    assert_eq!(found("state != PENDING OR sector = CIVIL".to_owned()).await, 4);
    assert_eq!(found(format!("name = \"{}\"", names[0])).await, 1);
    assert_eq!(found(format!("NOT name = \"{}\"", names[0])).await, 3);
    assert_eq!(found("create_time > \"2020-01-01T00:00:00Z\"".to_owned()).await, 4);
    assert_eq!(found("country_code = \"DE\"".to_owned()).await, 0);
    for filter in [
        "nothing = 1",
        "state = ACTIVELY",
        "create_time > \"yesterday\"",
        "state =",
        "(((",
        "contact = \"x\"",
    ] {
        let request = pb::ListPartnersRequest { filter: filter.to_owned(), ..Default::default() };
        let refusal = expect(
            Code::InvalidArgument,
            "INVALID_FIELD",
            coordinator.partners().list_partners(request).await,
        );
        assert_eq!(refusal.fields, ["filter"], "{filter}");
    }
    for order_by in ["nothing", "state state", "name, name", "contact", "state descending"] {
        let request = pb::ListPartnersRequest { order_by: order_by.to_owned(), ..Default::default() };
        let refusal = expect(
            Code::InvalidArgument,
            "INVALID_FIELD",
            coordinator.partners().list_partners(request).await,
        );
        assert_eq!(refusal.fields, ["order_by"], "{order_by}");
    }
}

async fn names_that_are_none_are_refused_alike(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let long = format!("partners/{}", "a".repeat(64));
    for name in [
        "",
        "partners",
        "partners/",
        "partners/a/",
        "partners/A",
        "partners/-",
        "partners/..",
        "partners/a%2Fb",
        "projects/a",
        &long,
    ] {
        let answer =
            coordinator.partners().get_partner(pb::GetPartnerRequest { name: name.to_owned() }).await;
        expect(Code::InvalidArgument, "INVALID_FIELD", answer);
    }
    let chosen = pb::CreatePartnerRequest {
        partner_id: format!("chosen-{}", sample::word()),
        ..sample::create(sample::partner())
    };
    let made = done(coordinator.partners().create_partner(chosen.clone()).await);
    assert_eq!(made.name, format!("partners/{}", chosen.partner_id));
    let again =
        pb::CreatePartnerRequest { partner_id: chosen.partner_id, ..sample::create(sample::partner()) };
    expect(Code::AlreadyExists, "ALREADY_EXISTS", coordinator.partners().create_partner(again).await);
    let bad =
        pb::CreatePartnerRequest { partner_id: "Bad_Id".to_owned(), ..sample::create(sample::partner()) };
    expect(Code::InvalidArgument, "INVALID_FIELD", coordinator.partners().create_partner(bad).await);
}

async fn batches_keep_their_order_and_fail_whole(network: &'static Network) {
    let (one, other) = (network.active_partner().await.name, network.active_partner().await.name);
    let nobody = network.anonymous();
    let batch = async |names: Vec<String>| {
        nobody.partners().batch_get_partners(pb::BatchGetPartnersRequest { names }).await
    };
    let asked = vec![other.clone(), one.clone(), other.clone()];
    let answered: Vec<String> =
        done(batch(asked.clone()).await).partners.into_iter().map(|partner| partner.name).collect();
    assert_eq!(answered, asked);
    expect(Code::NotFound, "NOT_FOUND", batch(vec![one.clone(), "partners/nobody".to_owned()]).await);
    expect(Code::InvalidArgument, "INVALID_FIELD", batch(Vec::new()).await);
    expect(Code::InvalidArgument, "INVALID_FIELD", batch(vec![one; 101]).await);
}

async fn code_lists_are_public_and_in_both_languages(network: &'static Network) {
    let nobody = network.anonymous();
    let lists = done(nobody.code_lists().list_code_lists(pb::ListCodeListsRequest {}).await).code_lists;
    for code in ["COLLEGE", "SECTOR", "OrganisationType", "OrganisationRole", "Country"] {
        assert!(lists.iter().any(|list| list.code == code), "{code}");
    }
    for list in lists {
        let whole =
            done(nobody.code_lists().get_code_list(pb::GetCodeListRequest { name: list.name.clone() }).await);
        assert_eq!(whole.codes.len(), usize::try_from(list.code_count).unwrap(), "{}", list.name);
        let said = |text: &Option<pb::BilingualText>| {
            text.as_ref().is_some_and(|text| !text.en.is_empty() && !text.fr.is_empty())
        };
        assert!(
            said(&whole.title) && whole.codes.iter().all(|code| said(&code.title)),
            "{} is not in both languages",
            list.name
        );
    }
    let missing =
        nobody.code_lists().get_code_list(pb::GetCodeListRequest { name: "codeLists/none".to_owned() }).await;
    expect(Code::NotFound, "NOT_FOUND", missing);
}

told_everywhere!(
    code_lists_are_public_and_in_both_languages,
    les_19_a_walk_sees_everything_once_whatever_changes_meanwhile,
    an_order_is_the_same_on_every_database,
    a_page_token_is_of_one_question,
    filters_say_what_is_wrong_with_them,
    names_that_are_none_are_refused_alike,
    batches_keep_their_order_and_fail_whole,
);
