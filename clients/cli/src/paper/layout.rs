//! Where words go on a page: as wide as they may be at the most, whatever font draws them. Pure, and the same each time.

/// A text in lines, and how large its letters are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    pub(crate) lines: Vec<String>,
    pub(crate) size: f64,
}

impl Block {
    /// How high it stands, line by line.
    pub(crate) fn height(&self) -> f64 {
        self.lines.len() as f64 * self.leading()
    }

    /// From line to line.
    pub(crate) fn leading(&self) -> f64 {
        self.size * 1.25
    }
}

/// How wide a letter is at the most, in the widths of its size: no common font without serifs is wider, bold or not.
fn width_of(letter: char) -> f64 {
    match letter {
        '\u{300}'..='\u{36f}' => 0.0,
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '’' | '|' | '!' => 0.40,
        ' ' | '\u{a0}' | 'f' | 't' | 'r' | 'I' | '-' | '(' | ')' | '/' => 0.50,
        'm' | 'M' | 'W' | 'w' | '%' | '@' | 'Œ' | 'Æ' | '—' | '…' => 1.11,
        'A'..='Z' => 0.88,
        'a'..='z' | '0'..='9' => 0.72,
        // Accents make letters no wider; Latin, Greek, Cyrillic.
        '\u{a1}'..='\u{52f}' if letter.is_lowercase() => 0.75,
        '\u{a1}'..='\u{52f}' => 0.95,
        _ => 1.11,
    }
}

/// How wide a text is at the most.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(width_of).sum::<f64>() * size
}

/// A text as large as it may be, in at most so many lines. What is still too long in the smallest letters ends in `…`.
pub(crate) fn fit(text: &str, wide: f64, most: usize, (largest, smallest): (f64, f64)) -> Block {
    let mut size = largest;
    loop {
        let lines = wrap(text, wide, size);
        if lines.len() <= most {
            return Block { lines, size };
        }
        if size <= smallest {
            return Block { lines: cut(lines, wide, most, size), size };
        }
        size = (size - 1.0).max(smallest);
    }
}

/// Lines of whole words; a word that is longer than a line is broken.
pub(crate) fn wrap(text: &str, wide: f64, size: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&longer, size) <= wide {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            if !line.is_empty() && width(&line, size) + width_of(letter) * size > wide {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The first lines, at most so many and one at least; the last ends in `…`.
pub(crate) fn cut(mut lines: Vec<String>, wide: f64, most: usize, size: f64) -> Vec<String> {
    lines.truncate(most.max(1));
    if let Some(last) = lines.last_mut() {
        while !last.is_empty() && width(last, size) + width_of('…') * size > wide {
            last.pop();
        }
        last.truncate(last.trim_end().len());
        last.push('…');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_grows_small_then_breaks_and_ends_in_dots_at_last() {
        let short = fit("Awa Diop", 1000.0, 3, (60.0, 20.0));
        assert_eq!(short, Block { lines: vec!["Awa Diop".to_owned()], size: 60.0 });
        let names = "Marie-Thérèse Désirée Ramanantsoavina Rakotomalala Andriamanantenasoa".to_owned();
        for text in [
            names.clone(),
            [names.as_str(); 6].join(" "),
            "W".repeat(400),
            "名".repeat(400),
            "x".repeat(20_000),
            "a b ".repeat(5_000),
        ] {
            let block = fit(&text, 1000.0, 5, (60.0, 20.0));
            assert!(block.lines.len() <= 5 && (20.0..=60.0).contains(&block.size), "{block:?}");
            for line in &block.lines {
                assert!(width(line, block.size) <= 1000.0, "{line}");
            }
        }
        let whole = fit(&[names.as_str(); 5].join(" "), 1000.0, 5, (60.0, 16.0));
        assert_eq!(
            whole.lines.join(" "),
            [names.as_str(); 5].join(" "),
            "two names of 200 letters stay whole"
        );
        assert!(fit(&"x".repeat(20_000), 1000.0, 5, (60.0, 20.0)).lines[4].ends_with('…'));
        assert_eq!(fit("", 100.0, 1, (60.0, 20.0)).lines, Vec::<String>::new());
    }
}
