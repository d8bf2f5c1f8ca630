//! The day of whoever asks: a coordinator, someone of a partner, nobody; in both languages.

use proto::auth::Role;

use super::{Shell, the_same_each_time};
use crate::caller::done;
use crate::harness::{Network, Store, tell};
use crate::sample;

/// A network of which nobody else tells a story: what waits in it is known.
fn quiet() -> &'static Network {
    static NETWORK: std::sync::OnceLock<&'static Network> = std::sync::OnceLock::new();
    NETWORK.get_or_init(|| Network::together(Store::Sqlite, &[]))
}

#[test]
fn each_sees_what_waits_for_them() {
    let network = quiet();
    tell(network, async {
        let coordinator = network.coordinator().await;
        let titled = |title: &str| proto::partners::Partner {
            title: Some(sample::text("en", title)),
            ..sample::partner()
        };
        let active =
            done(coordinator.partners().create_partner(sample::create(titled("City of Springs"))).await);
        let approve =
            proto::partners::ApprovePartnerRequest { name: active.name.clone(), ..Default::default() };
        done(coordinator.partners().approve_partner(approve).await);
        done(coordinator.partners().create_partner(sample::create(titled("Wells for All"))).await);
        let member = network.partner_admin(&active.name).await;

        let day =
            |shell: &Shell, language| the_same_each_time(shell.done(&["status", "--lang", language]).trim());
        let shell = Shell::of(&coordinator);
        insta::assert_snapshot!(day(&shell, "en"), @r"
        Partners waiting for approval (1)
          partners/…  Wells for All
          → ensemble partner show partners/… · ensemble partner approve partners/…
        ");
        insta::assert_snapshot!(day(&shell, "fr"), @r"
        Organisations à approuver (1)
          partners/…  Wells for All
          → ensemble partner show partners/… · ensemble partner approve partners/…
        ");
        let whole: serde_json::Value = serde_json::from_str(&shell.done(&["status", "-o", "json"])).unwrap();
        assert_eq!(whole["me"]["subject"], coordinator.name.as_str());
        let sections = whole["sections"].as_array().unwrap();
        let pending = sections.iter().find(|section| section["name"] == "partnersPending").unwrap();
        assert_eq!(pending["count"], 1);

        let shell = Shell::of(&member);
        insta::assert_snapshot!(day(&shell, "en"), @r"
        Your partners (1)
          partners/…  City of Springs · Active · Partner admin
          → ensemble partner show partners/…
        ");
        insta::assert_snapshot!(day(&shell, "fr"), @r"
        Vos organisations (1)
          partners/…  City of Springs · Active · Administrateur d'organisation partenaire
          → ensemble partner show partners/…
        ");

        let shell = Shell::of(&network.person(&[Role::Reviewer]).await);
        insta::assert_snapshot!(day(&shell, "en"), @r"
        Nothing waits for you.
          → ensemble partner list
        ");

        let nobody = Shell::at(network);
        insta::assert_snapshot!(nobody.fails(4, &["status"]), @r"
        error: you are not signed in  [UNAUTHENTICATED]
          what to do: sign in: ensemble auth login
        ");
        insta::assert_snapshot!(nobody.fails(4, &["status", "--lang", "fr"]), @r"
        erreur : vous n'êtes pas connecté  [UNAUTHENTICATED]
          que faire : connectez-vous : ensemble auth login
        ");
    });
}
