//! A business model as people read it: its page, then its canvas block by block; and its lineage as a tree.

use std::collections::BTreeSet;

use dialoguer::console::measure_text_width;
use prost_reflect::DynamicMessage;

use crate::app::App;
use crate::canvas;
use crate::fault::Result;
use crate::print::Output;
use crate::print::cell::{self, Reader};
use crate::print::page::messages;
use crate::print::paint::{Style, clean};
use crate::say::{Language, say};

/// How wide a canvas is at most, in letters: longer lines are hard to read.
const WIDE: usize = 80;

/// Shows a business model; programs get the resource alone.
pub(crate) fn show(app: &App, model: &DynamicMessage) -> Result {
    if !app.output.format.for_people() || !app.output.fields.is_empty() {
        return app.output.show(model);
    }
    let mut alone = model.clone();
    alone.clear_field_by_name("canvas");
    app.output.show(&alone)?;
    app.output.emit(&blocks(&app.output, model))
}

/// The canvas, block by block, folded to the width of the terminal.
fn blocks(output: &Output, model: &DynamicMessage) -> String {
    let wide = output.width.unwrap_or(WIDE).clamp(20, WIDE);
    let reader = Reader { language: output.language, person: true };
    let mut page = String::new();
    for block in messages(model, "canvas") {
        let decided = cell::at(&block, "adaptation", reader);
        let original = reads(&block, "adaptation") == "ORIGINAL";
        let mark = if decided.is_empty() || original { String::new() } else { format!(" ({decided})") };
        let code = block.get_field_by_name("code").and_then(|code| code.as_enum_number());
        let heading = canvas::heading(code.unwrap_or_default(), output.language) + &mark;
        page += &format!("\n{}\n", output.paint.style(Style::Strong, &heading));
        for line in canvas::said(&block, output.language).iter().flat_map(|line| fold(line, wide - 2)) {
            page += &format!("  {line}\n");
        }
        for item in messages(&block, "items") {
            let (text, _) = cell::localized(&item, output.language);
            for (at, line) in fold(&clean(&text), wide - 4).into_iter().enumerate() {
                page += &format!("  {} {line}\n", if at == 0 { "-" } else { " " });
            }
        }
    }
    page
}

/// The words of a text in lines of so many letters; a longer word is broken.
fn fold(text: &str, wide: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word = word;
        loop {
            let line = lines.last_mut().expect("there is always a line");
            let gap = usize::from(!line.is_empty());
            if measure_text_width(line) + gap + measure_text_width(word) <= wide {
                line.push_str(if gap == 1 { " " } else { "" });
                line.push_str(word);
                break;
            }
            if !line.is_empty() {
                lines.push(String::new());
                continue;
            }
            let fits = word.char_indices().map(|(at, letter)| at + letter.len_utf8());
            let end = fits.take_while(|end| measure_text_width(&word[..*end]) <= wide).last();
            let end = end.unwrap_or_else(|| word.chars().next().map_or(0, char::len_utf8));
            line.push_str(&word[..end]);
            word = &word[end..];
            lines.push(String::new());
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Draws the lineage of a model: where it comes from above, what came of it below.
pub(crate) fn lineage(output: &Output, answer: &DynamicMessage) -> String {
    let tree = Tree {
        language: output.language,
        nodes: messages(answer, "nodes"),
        edges: messages(answer, "edges"),
    };
    let asked = reads(answer, "business_model");
    let mut page = tree.node(&asked) + "\n";
    tree.above(&asked, "", &mut BTreeSet::new(), &mut page);
    tree.below(&asked, "", &mut BTreeSet::new(), &mut page);
    if tree.edges.is_empty() {
        page += output.language.pick(
            "it comes of no other, and nobody has adopted it yet\n",
            "il ne provient d'aucun autre, et personne ne l'a encore adopté\n",
        );
    }
    page
}

struct Tree {
    language: Language,
    nodes: Vec<DynamicMessage>,
    edges: Vec<DynamicMessage>,
}

impl Tree {
    fn of(&self, message: &DynamicMessage, path: &str) -> String {
        clean(&cell::at(message, path, Reader { language: self.language, person: true }))
    }

    /// `businessModels/x  Title  (partners/a, Published)`
    fn node(&self, name: &str) -> String {
        let Some(node) = self.nodes.iter().find(|node| reads(node, "business_model") == name) else {
            return name.to_owned();
        };
        let [title, owner, state] = ["title", "owner_partner", "state"].map(|path| self.of(node, path));
        let title = if title.is_empty() { title } else { format!("  {title}") };
        format!("{name}{title}  ({owner}, {})", state.to_lowercase())
    }

    fn above(&self, name: &str, indent: &str, seen: &mut BTreeSet<String>, page: &mut String) {
        for edge in self.edges.iter().filter(|edge| reads(edge, "derived") == name) {
            let source = reads(edge, "source");
            let node = self.node(&source);
            *page +=
                &format!("{indent}  {}\n", say!(self.language, "adopted from {node}", "adopté de {node}"));
            if seen.insert(source.clone()) {
                self.above(&source, &format!("{indent}  "), seen, page);
            }
        }
    }

    fn below(&self, name: &str, indent: &str, seen: &mut BTreeSet<String>, page: &mut String) {
        let edges: Vec<_> = self.edges.iter().filter(|edge| reads(edge, "source") == name).collect();
        for (at, edge) in edges.iter().enumerate() {
            let last = at + 1 == edges.len();
            let (turn, bar) = if last { ("└─", "  ") } else { ("├─", "│ ") };
            *page += &format!("{indent}{turn} {}\n", self.edge(edge));
            let (derived, inner) = (reads(edge, "derived"), format!("{indent}{bar} "));
            let detail = self.detail(edge);
            if !detail.is_empty() {
                *page += &format!("{inner}{detail}\n");
            }
            if reads(edge, "state") == "ABANDONED" {
                continue;
            }
            *page += &format!("{inner}{}\n", self.node(&derived));
            if seen.insert(derived.clone()) {
                self.below(&derived, &inner, seen, page);
            }
        }
    }

    /// `adapted by partners/b for territories/t: replicated`
    fn edge(&self, edge: &DynamicMessage) -> String {
        let [by, place] = ["adopter_partner", "territory"].map(|path| self.of(edge, path));
        if reads(edge, "state") == "ABANDONED" {
            let why = self.of(edge, "lessons");
            return say!(
                self.language,
                "abandoned by {by} for {place} because: {why}",
                "abandonné par {by} pour {place} parce que : {why}"
            );
        }
        let state = self.of(edge, "state").to_lowercase();
        say!(self.language, "adapted by {by} for {place}: {state}", "adapté par {by} pour {place} : {state}")
    }

    /// `3 of 15 blocks adapted; differs: …`
    fn detail(&self, edge: &DynamicMessage) -> String {
        let mut parts = Vec::new();
        let adapted =
            edge.get_field_by_name("adapted_blocks").filter(|_| edge.has_field_by_name("adapted_blocks"));
        if let Some(count) = adapted.and_then(|count| count.as_i32()) {
            parts.push(say!(self.language, "{count} of 15 blocks adapted", "{count} blocs sur 15 adaptés"));
        }
        let gaps = messages(edge, "context_gaps");
        let gaps: Vec<String> = gaps.iter().map(|gap| self.of(gap, "gap")).collect();
        if !gaps.is_empty() {
            let gaps = gaps.join(", ");
            parts.push(say!(self.language, "differs: {gaps}", "diffère : {gaps}"));
        }
        parts.join("; ")
    }
}

/// The field as a program reads it.
fn reads(message: &DynamicMessage, field: &str) -> String {
    cell::at(message, field, Reader { language: Language::En, person: false })
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn lines_are_no_longer_than_asked_and_lose_no_letter() {
        let text =
            "Une démarche accompagnée, https://example.org/une-adresse-bien-trop-longue, et 数字包容 aussi.";
        for wide in [2, 7, 20, 80] {
            let lines = fold(text, wide);
            assert!(
                lines.iter().all(|line| dialoguer::console::measure_text_width(line) <= wide),
                "{lines:?}"
            );
            let letters =
                |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            assert_eq!(letters(&lines.concat()), letters(text));
        }
        assert!(fold("  ", 10).is_empty());
    }
}
