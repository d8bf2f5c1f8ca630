use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::{Achievement, Alignment, Badge, Ed25519, LENGTH, Profile, StatusEntry, jws};

use super::*;
use crate::fake;

const BASE: &str = "https://training.example.org";

/// A network away from us: its key, one of its certificates and its list.
struct Issuer(Ed25519);

impl Issuer {
    fn new() -> Self {
        Self(Ed25519::generate(BASE).unwrap().0)
    }

    fn keys(&self) -> String {
        KeySet::new(vec![self.0.public()]).json()
    }

    fn badge(name: &str, issuer: &str) -> Badge {
        let id = format!("{BASE}/programmes/p/programmeRevisions/r1/achievement");
        let mut achievement =
            Achievement::new(id, name.to_owned(), "Six ateliers.".to_owned(), "80 %".to_owned());
        for code in ["1.2", "2.1", "4.4"] {
            achievement.alignment.push(Alignment::new(
                "DigComp 3.0".to_owned(),
                code.to_owned(),
                format!("Reconnaître un faux site {code}"),
                BASE.to_owned(),
            ));
        }
        Badge {
            id: "urn:uuid:6d1b7ba1-9a34-4a6b-8f0f-0e6f0f3a2b11".to_owned(),
            subject: "urn:uuid:8f7cbbd4-3f5e-4ab6-9d55-5b8e4b1f3c22".to_owned(),
            issuer: Profile::new(format!("{BASE}/partners/p"), issuer.to_owned()),
            achievement,
            valid_from: 1_000_000_000,
            valid_until: Some(4_000_000_000),
            status: StatusEntry { list: format!("{BASE}/statusLists/l1"), index: 7 },
            identifier: None,
        }
    }

    fn signed(&self, badge: &Badge) -> String {
        jws::sign(&self.0, &badge.payload().unwrap()).unwrap()
    }

    fn list(&self, until: i64, revoked: &[u32]) -> String {
        let id = format!("{BASE}/statusLists/l1");
        let list = StatusList::new(id, BASE.to_owned(), (1_000_000_000, until), revoked.iter().copied());
        jws::sign(&self.0, &list.payload().unwrap()).unwrap()
    }
}

/// The payload of a signed text.
fn said_of(jws: &str) -> String {
    String::from_utf8(URL_SAFE_NO_PAD.decode(jws.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// What `verify` finds of a text with what was saved: the exit code, and the verdict.
fn verified(issuer: &Issuer, text: &str, list: Option<&str>) -> (u8, String) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (file, keys) = (write("certificate.jwt", &format!("{text}\n")), write("jwks.json", &issuer.keys()));
    let list = list.map(|list| write("list.jwt", list));
    let mut line = vec!["certificate", "verify", &file, "--keys", &keys];
    line.extend(list.iter().flat_map(|list| ["--status-list", list.as_str()]));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ended = runtime.block_on(async {
        // Whoever answered would be the server, which is asked nothing.
        let (client, _home) = fake::serve(|method, _, _| panic!("asked {}", method.full_name())).await;
        fake::type_in(&fake::app(client), &line).await
    });
    let set = KeySet::parse(&issuer.keys()).unwrap();
    let lists: Vec<_> = list
        .iter()
        .map(|path| StatusList::open(&std::fs::read_to_string(path).unwrap(), &set).unwrap())
        .collect();
    let told = judged(credential::open(text, &set), &lists, chrono::Utc::now().timestamp());
    message(&told).unwrap();
    (
        ended.err().map_or(0, |fault| fault.exit),
        told["verdict"].as_str().unwrap().trim_start_matches("VERDICT_").to_owned(),
    )
}

#[test]
fn trn_20_a_certificate_is_verified_without_a_network() {
    let issuer = Issuer::new();
    let badge = Issuer::badge("Premiers pas", "Médiathèque");
    let good = issuer.signed(&badge);
    let (fresh, old) = (issuer.list(4_000_000_000, &[]), issuer.list(1_100_000_000, &[]));
    let revoking = issuer.list(1_100_000_000, &[7, LENGTH - 1]);
    let is = |text: &str, list: Option<&str>| verified(&issuer, text, list);
    let said = |code, verdict: &str| (code, verdict.to_owned());
    assert_eq!(is(&good, Some(&fresh)), said(0, "VALID"));
    assert_eq!(is(&good, None), said(exit::UNAVAILABLE, "UNSPECIFIED"));
    assert_eq!(is(&good, Some(&old)), said(exit::UNAVAILABLE, "UNSPECIFIED"), "a list grows old");
    assert_eq!(is(&good, Some(&revoking)), said(exit::INVALID, "REVOKED"), "and what it revoked stays so");
    let ended = issuer.signed(&Badge { valid_until: Some(1_000_000_001), ..badge.clone() });
    assert_eq!(is(&ended, Some(&fresh)), said(exit::INVALID, "EXPIRED"));
    let ahead = issuer.signed(&Badge { valid_from: 3_999_999_999, ..badge.clone() });
    assert_eq!(is(&ahead, Some(&fresh)), said(exit::INVALID, "NOT_YET_VALID"));
    let foreign = Issuer::new().signed(&badge);
    assert_eq!(is(&foreign, Some(&fresh)), said(exit::INVALID, "UNKNOWN_ISSUER"));
    let parts: Vec<&str> = good.split('.').collect();
    let other = said_of(&good).replace("Premiers", "Derniers");
    let tampered = [parts[0], &URL_SAFE_NO_PAD.encode(other), parts[2]].join(".");
    assert_eq!(is(&tampered, Some(&fresh)), said(exit::INVALID, "INVALID_SIGNATURE"));
    assert_eq!(is("nothing", Some(&fresh)), said(exit::INVALID, "MALFORMED"));
}

#[test]
fn what_was_not_saved_by_us_is_refused() {
    let (issuer, other) = (Issuer::new(), Issuer::new());
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = path("c.jwt", &issuer.signed(&Issuer::badge("a", "b")));
    let (keys, foreign) = (path("k.json", &issuer.keys()), path("l.jwt", &other.list(4_000_000_000, &[])));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let exit_of = |line: &[&str]| {
        runtime.block_on(async {
            let (client, _home) = fake::serve(|method, _, _| panic!("asked {}", method.full_name())).await;
            fake::type_in(&fake::app(client), &[&["certificate", "verify"], line].concat())
                .await
                .unwrap_err()
                .exit
        })
    };
    assert_eq!(exit_of(&[&good, "--keys", &keys, "--status-list", &foreign]), exit::USAGE);
    assert_eq!(exit_of(&[&good, "--keys", &good]), exit::USAGE);
    assert_eq!(exit_of(&["nowhere.jwt", "--keys", &keys]), exit::FAILURE);
    assert_eq!(exit_of(&["urn:uuid:1", "--keys", &keys]), exit::USAGE);
}

/// The lines of text of a page: where they stand, how large they are, and what they say.
fn lines(svg: &str) -> Vec<(f64, f64, f64, bool, String)> {
    let attribute = |line: &str, name: &str| {
        let rest = line.split_once(&format!(" {name}=\"")).unwrap().1;
        rest.split('"').next().unwrap().to_owned()
    };
    let number = |line: &str, name: &str| attribute(line, name).parse().unwrap();
    let texts = svg.lines().filter(|line| line.starts_with("<text"));
    texts
        .map(|line| {
            let said = line.split_once('>').unwrap().1.trim_end_matches("</text>");
            let said =
                said.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
            let middle = attribute(line, "text-anchor") == "middle";
            (number(line, "x"), number(line, "y"), number(line, "font-size"), middle, said)
        })
        .collect()
}

#[test]
fn nothing_on_paper_leaves_its_place_however_long_names_are() {
    let issuer = Issuer::new();
    let long = "Marie-Thérèse Désirée Ramanantsoavina Rakotomalala ".repeat(8);
    let broad = "W".repeat(400);
    for (holder, name, by) in [
        ("Awa Diop", "Premiers pas en ligne", "Médiathèque"),
        (long.as_str(), long.as_str(), long.as_str()),
        (broad.as_str(), broad.as_str(), broad.as_str()),
        ("<b>&\"Awa\"</b>", "a & b < c", "d > e"),
        ("", "x", "y"),
    ] {
        let signed = issuer.signed(&Issuer::badge(name, by));
        let certificate = json!({ "participantDisplayName": holder });
        for language in [Language::En, Language::Fr] {
            let svg = page::draw(&certificate, &signed, language).unwrap();
            assert!(!svg.contains("<b>"), "what people wrote is no markup");
            let mut below = (0.0_f64, 0.0_f64);
            for (x, y, size, middle, said) in lines(&svg) {
                let width = crate::paper::layout::width(&said, size);
                let (left, right) = if middle { (x - width / 2.0, x + width / 2.0) } else { (x, x + width) };
                let edge = if middle { 1188.0 - 48.0 } else { 1188.0 - 72.0 - 168.0 };
                assert!(left >= 48.0 && right <= edge, "{said} from {left} to {right}");
                assert!(y - size >= 48.0 && y + size * 0.25 <= 840.0 - 48.0, "{said} at {y}");
                let last = if middle { &mut below.0 } else { &mut below.1 };
                assert!(y - size >= *last - 0.1, "{said} is written over what stands above");
                *last = y;
            }
            let foot =
                lines(&svg).iter().filter(|line| !line.3).map(|line| line.1 - line.2).fold(840.0, f64::min);
            assert!(below.0 <= foot, "the middle reaches the foot: {} {foot}", below.0);
        }
    }
    let shown = page::draw(
        &json!({ "participantDisplayName": "Awa Diop" }),
        &issuer.signed(&Issuer::badge("P", "M")),
        Language::Fr,
    )
    .unwrap();
    for said in ["Awa Diop", "Certificat de formation", "9 septembre 2001", "DigComp 3.0 1.2 : Reconnaître"]
    {
        assert!(shown.contains(said), "{said}: {shown}");
    }
}

#[tokio::test]
async fn what_was_revoked_is_not_printed() {
    let signed = Issuer::new().signed(&Issuer::badge("P", "M"));
    let (client, home) = fake::serve(move |method, messages, _| {
        let name = crate::call::value_of(&messages[0])["name"].clone();
        let state = if name == "certificates/revoked" { "STATE_REVOKED" } else { "STATE_ISSUED" };
        let answer = json!({ "name": name, "state": state, "compactJws": signed });
        Ok(vec![fake::message(&method.output(), answer)])
    })
    .await;
    let app = fake::app(client);
    let out = home.path().join("paper.svg");
    let print = async |name| {
        fake::type_in(&app, &["certificate", "print", name, "--out", out.to_str().unwrap()]).await
    };
    let refused = print("certificates/revoked").await.unwrap_err();
    assert_eq!((refused.exit, refused.reason.as_str()), (exit::CONFLICT, "REVOKED"));
    assert!(!out.exists());
    print("certificates/good").await.unwrap();
    assert!(std::fs::read_to_string(&out).unwrap().starts_with("<svg"));
}
