//! The flags of a server in French; their English stands in `chassis::config`.

use clap::{Arg, Command};

use crate::say::Language;

const FLAGS: &[(&str, &str)] = &[
    ("listen", "Où écouter ; le port 0 en prend un libre, et la première ligne affichée dit lequel"),
    ("database_url", "La base de données : sqlite://FICHIER ou postgres://UTILISATEUR@HÔTE/NOM"),
    (
        "peers",
        "Où se trouve un autre service, s'il n'est pas dans ce processus : NOM=http://HÔTE:PORT (répétable)",
    ),
    ("migrate_only", "Mettre la base de données à jour, puis s'arrêter"),
    ("tls_cert", "La chaîne de certificats du serveur, PEM ; avec --tls-key, TLS est actif"),
    ("tls_key", "La clé privée de --tls-cert, PEM"),
    (
        "peer_ca",
        "Une autorité de certification pour les autres services et les émetteurs externes, en plus de celles du système, PEM",
    ),
    ("insecure_plaintext", "Servir sans chiffrement sur une adresse que d'autres machines atteignent"),
    (
        "keys",
        "Où identity garde ses clés de signature, et training celles des certificats (créées au premier démarrage, mode 0600)",
    ),
    (
        "public_url",
        "L'adresse https par laquelle commencent les adresses publiques des certificats : clés, listes de révocation, réussites, émetteurs ; --issuer si absente. Rien ne lui est demandé",
    ),
    (
        "issuer",
        "L'adresse https qui nomme ce réseau, dans les jetons, les manifestes signés et les données ouvertes. Rien ne lui est demandé",
    ),
    (
        "oidc",
        "Un autre émetteur OpenID Connect accepté : ÉMETTEUR=AUDIENCE=JWKS, fichier ou adresse https (répétable)",
    ),
    ("metrics_listen", "Où Prometheus lit les mesures ; nulle part si absent"),
    (
        "otlp_endpoint",
        "Où un collecteur OpenTelemetry prend les traces et les mesures (OTLP sur gRPC) ; nulle part si absent",
    ),
    ("coordinator", "L'adresse du premier coordinateur, invité au premier démarrage"),
    ("log", "Ce qu'il faut journaliser, en directives `tracing`"),
    ("log_json", "Journaliser en JSON"),
    (
        "public_reflection",
        "Laisser chacun lire les contrats par réflexion, même sur une adresse que d'autres machines atteignent",
    ),
    (
        "drain_seconds",
        "Secondes entre l'annonce NOT_SERVING et la fermeture, pour les répartiteurs de charge",
    ),
    ("max_calls", "Appels traités à la fois, au-delà desquels ils sont refusés aussitôt"),
    ("max_connections", "Connexions tenues à la fois ; un quart au plus pour une même adresse"),
    ("clock_shift", "Décaler l'horloge de tant de secondes (essais et démonstrations seulement)"),
];

/// Speaks of the flags in French when that is the language.
pub(super) fn help(command: Command, language: Language) -> Command {
    match language {
        Language::En => command,
        Language::Fr => {
            FLAGS.iter().fold(command, |command, (flag, text)| command.mut_arg(*flag, |arg| told(arg, text)))
        }
    }
}

/// With what clap would add in English: the default, the variable.
fn told(arg: Arg, text: &str) -> Arg {
    let (mut text, takes_value) = (text.to_owned(), arg.get_action().takes_values());
    if let ([default], true) = (arg.get_default_values(), takes_value) {
        text += &format!(" [défaut : {}]", default.to_string_lossy());
    }
    if let Some(variable) = arg.get_env() {
        text += &format!(" [variable : {}]", variable.to_string_lossy());
    }
    arg.help(text).hide_default_value(takes_value).hide_env(true)
}

#[cfg(test)]
mod tests {
    use clap::Args as _;

    use super::*;

    #[test]
    fn every_flag_of_a_server_is_told_in_french_too() {
        let english = chassis::Config::augment_args(Command::new("serve"));
        let mut flags: Vec<&str> = english.get_arguments().map(|arg| arg.get_id().as_str()).collect();
        let mut told: Vec<&str> = FLAGS.iter().map(|(flag, _)| *flag).collect();
        flags.sort_unstable();
        told.sort_unstable();
        assert_eq!(flags, told);
    }
}
