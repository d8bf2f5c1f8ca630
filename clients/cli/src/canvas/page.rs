//! The canvas of a business model on one page: A3 on its side, 15 blocks in letters as large as they all fit. Pure.

use crate::paper::layout::{Block, cut, fit, wrap};
use crate::paper::{Anchor, Sheet};
use crate::say::Language;

/// A3 on its side, in millimetres, and in the units of a page.
const A3: (u32, u32) = (420, 297);
const WIDE: f64 = 1680.0;
const HIGH: f64 = 1188.0;
const MARGIN: f64 = 40.0;
/// What stays free within the frame of a block, and below a heading.
const PAD: f64 = 10.0;
const BELOW: f64 = 4.0;
/// The letters of a block: from 10 points down to 6.
const LARGEST: f64 = 14.0;
const SMALLEST: f64 = 9.0;
const HEADING: f64 = 14.0;

/// Where the blocks stand, by their numbers from 0 in the order of the contract: rows of columns (each with the share of the
/// width that it takes) of blocks one below the other. What a service is and does, what it costs and earns, what it does to
/// the environment and to people.
const ROWS: &[&[(f64, &[usize])]] = &[
    &[(1.0, &[0])],
    &[(0.19, &[5]), (0.21, &[6, 7, 8]), (0.22, &[1]), (0.19, &[3, 4]), (0.19, &[2])],
    &[(0.5, &[9]), (0.5, &[10])],
    &[(0.25, &[11]), (0.25, &[12]), (0.25, &[13]), (0.25, &[14])],
];
/// How many blocks there are.
pub(super) const BLOCKS: usize = 15;

/// What stands on the page.
#[derive(Default)]
pub(super) struct Canvas {
    pub(super) title: String,
    pub(super) summary: String,
    /// What else is to be known at a glance, in a line.
    pub(super) facts: String,
    /// The blocks in the order of the contract: a heading, and paragraphs.
    pub(super) blocks: [(String, Vec<String>); BLOCKS],
    /// Where it comes from, and on which terms.
    pub(super) foot: String,
    /// What is said at the foot when something did not find room.
    pub(super) rest: String,
}

/// The page.
pub(super) fn draw(canvas: &Canvas, language: Language) -> String {
    let mut sheet = Sheet::new(A3, language, &canvas.title);
    let line = WIDE - 2.0 * MARGIN;
    let mut at = MARGIN;
    for (text, most, sizes, weight) in [
        (&canvas.title, 2, (34.0, 16.0), "700"),
        (&canvas.summary, 3, (16.0, 10.0), "400"),
        (&canvas.facts, 2, (14.0, 9.0), "600"),
    ] {
        at = sheet.text(&fit(text, line, most, sizes), (MARGIN, at), Anchor::Start, weight);
    }
    let top = at + PAD;
    let foot = |whole: bool| {
        let text = match whole {
            true => canvas.foot.clone(),
            false => format!("{} · {}", canvas.foot, canvas.rest),
        };
        fit(&text, line, 2, (12.0, 8.0))
    };
    // The foot takes the same room whether something is left out or not.
    let room = HIGH - MARGIN - top - PAD - foot(false).height().max(foot(true).height());
    let size = size_for(canvas, room);
    let rows: Vec<f64> = ROWS.iter().map(|row| row_needs(canvas, row, size)).collect();
    let (mut y, mut whole) = (top, true);
    for (row, high) in ROWS.iter().zip(share(&rows, room)) {
        let mut x = MARGIN;
        for (part, stack) in *row {
            let wide = part * line;
            let needs: Vec<f64> = stack.iter().map(|block| needs(canvas, *block, wide, size)).collect();
            let mut corner = (x, y);
            for (block, high) in stack.iter().zip(share(&needs, high)) {
                whole &= draw_block(&mut sheet, &canvas.blocks[*block], corner, (wide, high), size);
                corner.1 += high;
            }
            x += wide;
        }
        y += high;
    }
    let foot = foot(whole);
    sheet.text(&foot, (MARGIN, HIGH - MARGIN - foot.height()), Anchor::Start, "400");
    sheet.end()
}

/// The largest letters in which everything finds room, or the smallest.
fn size_for(canvas: &Canvas, room: f64) -> f64 {
    let mut size = LARGEST;
    while size > SMALLEST {
        if ROWS.iter().map(|row| row_needs(canvas, row, size)).sum::<f64>() <= room {
            return size;
        }
        size = (size - 0.5).max(SMALLEST);
    }
    size
}

fn row_needs(canvas: &Canvas, row: &[(f64, &[usize])], size: f64) -> f64 {
    let column = |(part, stack): &(f64, &[usize])| {
        let wide = part * (WIDE - 2.0 * MARGIN);
        stack.iter().map(|block| needs(canvas, *block, wide, size)).sum::<f64>()
    };
    row.iter().map(column).fold(0.0, f64::max)
}

/// How high a block stands in letters of this size.
fn needs(canvas: &Canvas, block: usize, wide: f64, size: f64) -> f64 {
    let (heading, paragraphs) = &canvas.blocks[block];
    let text = Block { lines: lines(paragraphs, wide, size), size };
    2.0 * PAD + head(heading, wide).height() + BELOW + text.height()
}

fn head(heading: &str, wide: f64) -> Block {
    fit(heading, wide - 2.0 * PAD, 2, (HEADING, 8.0))
}

fn lines(paragraphs: &[String], wide: f64, size: f64) -> Vec<String> {
    paragraphs.iter().flat_map(|paragraph| wrap(paragraph, wide - 2.0 * PAD, size)).collect()
}

/// A block in its frame; answers whether all of it found room.
fn draw_block(
    sheet: &mut Sheet,
    (heading, paragraphs): &(String, Vec<String>),
    (x, y): (f64, f64),
    (wide, high): (f64, f64),
    size: f64,
) -> bool {
    sheet.frame((x, y), (wide, high), 1.5);
    let at = sheet.text(&head(heading, wide), (x + PAD, y + PAD), Anchor::Start, "700") + BELOW;
    let mut text = Block { lines: lines(paragraphs, wide, size), size };
    let most = (y + high - PAD - at + 0.01) / text.leading();
    let whole = text.lines.len() as f64 <= most;
    if !whole {
        // Rounded down: a line stands within the frame or not at all.
        text.lines = cut(text.lines, wide - 2.0 * PAD, most as usize, size);
    }
    sheet.text(&text, (x + PAD, at), Anchor::Start, "400");
    whole
}

/// Shares room among what needs some: all of it by what each needs, or, where it is short, as much as it needs to whom needs
/// little, and the same to all others.
fn share(needs: &[f64], room: f64) -> Vec<f64> {
    let total: f64 = needs.iter().sum();
    if total <= room {
        return needs.iter().map(|need| need / total * room).collect();
    }
    let mut sorted = needs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (mut left, mut level) = (room, 0.0);
    for (at, need) in sorted.iter().enumerate() {
        level = left / (sorted.len() - at) as f64;
        if *need >= level {
            break;
        }
        left -= need;
    }
    needs.iter().map(|need| need.min(level)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canvas(text: &str, times: usize) -> Canvas {
        let paragraph = [text].repeat(times).join(" ");
        Canvas {
            title: "Conseillers numériques en médiathèque".to_owned(),
            summary: paragraph.clone(),
            facts: "Pilote · CC-BY-4.0".to_owned(),
            blocks: std::array::from_fn(|at| {
                (format!("Infrastructures et ressources clés {at}"), vec![paragraph.clone(); at % 3 + 1])
            }),
            foot: "businessModels/m/businessModelRevisions/r1".to_owned(),
            rest: "THE REST".to_owned(),
        }
    }

    /// Each text that is drawn: where its line stands, how large, and its words.
    fn drawn(page: &str) -> Vec<(f64, f64, f64, String)> {
        let number = |tag: &str, name: &str| -> f64 {
            let rest = &tag[tag.find(&format!(" {name}=\"")).unwrap() + name.len() + 3..];
            rest[..rest.find('"').unwrap()].parse().unwrap()
        };
        let text = |line: &str| {
            let words = line[line.find('>').unwrap() + 1..].trim_end_matches("</text>");
            (number(line, "x"), number(line, "y"), number(line, "font-size"), words.to_owned())
        };
        page.lines().filter(|line| line.starts_with("<text")).map(text).collect()
    }

    #[test]
    fn nothing_overflows_whatever_is_written() {
        use crate::paper::layout::width;
        for (text, times) in [
            ("", 0),
            ("Un mot.", 1),
            ("Une phrase de plus.", 60),
            ("W", 3000),
            ("anticonstitutionnellement", 900),
        ] {
            let page = draw(&canvas(text, times), Language::Fr);
            let frames = page.matches("<rect").count();
            assert_eq!(frames, BLOCKS + 1, "a frame for each block, and the paper");
            for (x, y, size, words) in drawn(&page) {
                let words = words.replace("&amp;", "&");
                assert!(x + width(&words, size) <= WIDE - MARGIN + 0.5, "{x} {words}");
                assert!(y <= HIGH - MARGIN + 0.5, "{y} {words}");
            }
        }
    }

    #[test]
    fn what_finds_room_is_whole_and_what_does_not_is_said() {
        let short = draw(&canvas("Une phrase de plus.", 3), Language::Fr);
        assert!(!short.contains("THE REST") && !short.contains('…'));
        let long = draw(&canvas("Une phrase de plus.", 2000), Language::Fr);
        assert!(long.contains("THE REST") && long.contains('…'));
    }

    #[test]
    fn a_block_alone_that_is_long_takes_what_the_others_leave() {
        let mut alone = canvas("Un mot.", 1);
        alone.blocks[1].1 = vec!["Une phrase de plus. ".repeat(120)];
        let page = draw(&alone, Language::Fr);
        assert!(!page.contains('…'), "{page}");
    }

    #[test]
    fn room_is_shared_by_need_and_where_it_is_short_the_small_keep_theirs() {
        assert_eq!(share(&[10.0, 30.0], 80.0), [20.0, 60.0]);
        assert_eq!(share(&[10.0, 100.0, 300.0], 110.0), [10.0, 50.0, 50.0]);
        assert_eq!(share(&[100.0, 100.0], 50.0), [25.0, 25.0]);
    }
}
