//! The tables, in Markdown.

use crate::Store;
use crate::figure::Figure;
use crate::load::Reached;

/// What stands above the table.
pub(crate) const HOW_TO_READ: &str = "Requests per second; in brackets the time within which half and 99 % were answered, and \
     the server's processor time for one. The load runs on the same cores. The target is a ratio to tonic on the same store; \
     *echo + SQL* stands for it: a request that costs what the echo and the SQL cost together.";

/// The head of the table of figures.
pub(crate) fn head() {
    println!(
        "| store | figure | callers | Ensemble | echo | same SQL | ÷ echo | ÷ SQL | ÷ (echo + SQL) | target |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
}

/// A figure of Ensemble, of the echo and of the SQL.
pub(crate) fn line(on: Store, figure: Figure, callers: usize, mut reached: [Reached; 3]) {
    let [ours, echo, sql] = reached.each_ref().map(Reached::rate);
    let both = 1.0 / (1.0 / echo + 1.0 / sql);
    let (name, target) = match figure {
        Figure::Get => ("get one", "0.6"),
        Figure::List => ("list 50, filtered, ordered", "0.7"),
        Figure::Create => ("durable create", "0.5"),
    };
    let [wire, bare, _] = &mut reached;
    println!(
        "| {} | {name} | {callers} | {} | {} | {sql:.0} | {:.2} | {:.2} | **{:.2}** | ≥ {target} |",
        store(on),
        rate(wire),
        rate(bare),
        ours / echo,
        ours / sql,
        ours / both,
    );
}

fn rate(reached: &mut Reached) -> String {
    let (half, most) = (reached.within(0.5), reached.within(0.99));
    format!("{:.0} ({half:.2} / {most:.2} ms, {:.0} µs)", reached.rate(), reached.cost())
}

/// What is told beside the figures.
pub(crate) fn others(told: &[(String, String)]) {
    println!("\n| what | Ensemble |\n| --- | --- |");
    for (what, value) in told {
        println!("| {what} | {value} |");
    }
}

/// What is told of a store.
pub(crate) fn of(on: Store, told: Vec<(String, String)>) -> Vec<(String, String)> {
    told.into_iter().map(|(what, value)| (format!("{}: {what}", store(on)), value)).collect()
}

/// A store's name.
pub(crate) fn store(store: Store) -> &'static str {
    match store {
        Store::Sqlite => "SQLite",
        Store::Postgres => "PostgreSQL",
    }
}
