//! The small piece of work that the server asks of those who say something without an account: done here, without a question.

use aws_lc_rs::digest::{SHA256, digest};
use prost_reflect::{DynamicMessage, Value};
use serde_json::json;

use crate::app::App;
use crate::contract::Verb;
use crate::fault::{Fault, Result};
use crate::say::say;

/// The methods that ask for it.
const METHODS: [&str; 1] = ["CreateParticipation"];
/// Tries between two looks at whether to say how it goes.
const LOOK: u64 = 1 << 20;

/// Sends a change; where the server asks for proof of some work, does the work and sends that along.
pub(crate) async fn send(app: &App, verb: &Verb, mut request: DynamicMessage) -> Result<DynamicMessage> {
    let asks = METHODS.contains(&verb.method.name());
    if asks && app.client.bearer().await?.is_none() {
        prove(app, &mut request).await?;
        return app.client.unary(&verb.method, request).await;
    }
    match app.client.unary(&verb.method, request.clone()).await {
        // An account without a place in a partner is asked for it too.
        Err(fault) if asks && fault.reason == "CHALLENGE_REQUIRED" => {
            prove(app, &mut request).await?;
            app.client.unary(&verb.method, request).await
        }
        answer => answer,
    }
}

/// Puts a solved challenge into a request.
async fn prove(app: &App, request: &mut DynamicMessage) -> Result {
    let given = app.client.json("ParticipationService/GetParticipationChallenge", json!({})).await?;
    let challenge = given["challenge"].as_str().unwrap_or_default().to_owned();
    let difficulty =
        given["difficulty"].as_u64().and_then(|bits| u32::try_from(bits).ok()).unwrap_or_default();
    let expected = 1_u64 << difficulty.min(63);
    app.output.narrate(&say!(
        app.language,
        "working on the challenge that keeps floods out (about {expected} tries)…",
        "calcul demandé contre les envois en masse (environ {expected} essais)…"
    ));
    let (language, output) = (app.language, app.output.clone());
    let tried = challenge.clone();
    let work = tokio::task::spawn_blocking(move || {
        solve(&tried, difficulty, |tries| {
            output.narrate(&say!(
                language,
                "… {tries} tries, of about {expected}",
                "… {tries} essais, sur environ {expected}"
            ));
        })
    });
    let solution = work.await.map_err(|error| Fault::failure(error.to_string()))?;
    request.set_field_by_name("challenge", Value::String(challenge));
    request.set_field_by_name("solution", Value::U64(solution));
    Ok(())
}

/// The first number that solves a challenge; `told` hears how many were tried, now and then.
fn solve(challenge: &str, difficulty: u32, mut told: impl FnMut(u64)) -> u64 {
    let mut tried = [challenge.as_bytes(), &[0; 8]].concat();
    let number = tried.len() - 8;
    for solution in 0_u64.. {
        tried[number..].copy_from_slice(&solution.to_be_bytes());
        if zeros(digest(&SHA256, &tried).as_ref()) >= difficulty {
            return solution;
        }
        if solution % LOOK == LOOK - 1 {
            told(solution + 1);
        }
    }
    0
}

/// How many bits are zero at the beginning.
fn zeros(bytes: &[u8]) -> u32 {
    let whole = bytes.iter().take_while(|byte| **byte == 0).count();
    let rest = bytes.get(whole).map_or(0, |byte| byte.leading_zeros());
    u32::try_from(whole).unwrap_or(u32::MAX).saturating_mul(8).saturating_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_that_solves_it_is_found() {
        let solution = solve("challenge", 10, |_| ());
        let bits = |number: u64| {
            zeros(digest(&SHA256, &[b"challenge".as_slice(), &number.to_be_bytes()].concat()).as_ref())
        };
        assert!(bits(solution) >= 10 && (0..solution).all(|other| bits(other) < 10));
        assert_eq!((zeros(&[0, 0, 1]), zeros(&[0xff]), zeros(&[0, 0])), (23, 0, 16));
    }
}
