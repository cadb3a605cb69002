//! Text → tree. The only room that knows the YAML crate; it uses the crate's events, which carry
//! the place of every key and value.
//!
//! What a model needs is allowed and nothing else: one document, no anchors, no tags, keys that
//! are plain texts and appear once. With neither anchors nor deep nesting no text can grow.
use super::{
    diagnostic::Diagnostic,
    source::At,
    tree::{Entry, Key, Node, Value},
};
use crate::units::shown;
use serde_saphyr::granit_parser::{
    self, ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput,
};

/// Deeper nesting than any form has.
const DEEPEST: u32 = 32;

/// Reads `text`, which stands in a source from its byte `start` on, as one tree.
///
/// Says what is wrong; `None` means that nothing could be made of it.
pub fn parse(text: &str, source: u16, start: usize, found: &mut Vec<Diagnostic>) -> Option<Node> {
    let options = granit_parser::options! { emit_comments: false };
    let events = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader { events, text, source, start, found };
    match reader.document() {
        Ok(node) => node,
        Err(wrong) => {
            reader.found.push(*wrong);
            None
        }
    }
}

/// An error ends the reading of this text; it is boxed because it is large and rare.
type Read<T> = Result<T, Box<Diagnostic>>;

struct Reader<'t, 'f> {
    events: Parser<'t, StrInput<'t>>,
    text: &'t str,
    source: u16,
    start: usize,
    found: &'f mut Vec<Diagnostic>,
}

impl<'t> Reader<'t, '_> {
    fn next(&mut self) -> Read<(Event<'t>, Span)> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Box::new(self.unreadable(&error))),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn document(&mut self) -> Read<Option<Node>> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                (Event::StreamEnd, _) => return Ok(None),
                (event, span) => {
                    let node = self.node(event, span, 0)?;
                    self.end()?;
                    return Ok(Some(node));
                }
            }
        }
    }

    fn end(&mut self) -> Read<()> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentStart(..), span) => {
                    let wrong = Diagnostic::error(
                        "several-documents",
                        "a second document begins here; a file holds one",
                    );
                    let help = "write each experiment or model in a file of its own";
                    return Err(Box::new(wrong.at(self.at(span)).help(help)));
                }
                _ => {}
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: u32) -> Read<Node> {
        let at = self.at(span);
        if depth > DEEPEST {
            let wrong = Diagnostic::error("too-deep", "this is nested deeper than any form");
            return Err(Box::new(wrong.at(at)));
        }
        check_plain(&event, at)?;
        if let Event::Scalar(text, style, ..) = event {
            return Ok(Node { at, value: scalar(&text, style) });
        }
        if let Event::SequenceStart(..) = event {
            return self.list(at, depth);
        }
        // Aliases end in `check_plain`; no other event stands where a value does.
        self.map(at, depth)
    }

    fn list(&mut self, at: At, depth: u32) -> Read<Node> {
        let mut items: Vec<Node> = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, span) => {
                    let last = items.last().map(|item| item.at);
                    return Ok(Node { at: self.whole(at, last, span), value: Value::List(items) });
                }
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, at: At, depth: u32) -> Read<Node> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            match self.next()? {
                (Event::MappingEnd, span) => {
                    let last = entries.last().map(|entry| entry.value.at.max(entry.key.at));
                    return Ok(Node { at: self.whole(at, last, span), value: Value::Map(entries) });
                }
                (event, span) => {
                    let key = self.node(event, span, depth + 1)?;
                    let (event, span) = self.next()?;
                    let value = self.node(event, span, depth + 1)?;
                    self.enter(&mut entries, key, value);
                }
            }
        }
    }

    fn enter(&mut self, entries: &mut Vec<Entry>, key: Node, value: Node) {
        let at = key.at;
        let Value::Text(text) = key.value else {
            let wrong = Diagnostic::error("bad-key", "a key is a plain word");
            self.found.push(wrong.at(at).help("write `key: value`"));
            return;
        };
        if let Some(first) = entries.iter().find(|entry| entry.key.text == text) {
            let message = format!("`{}` is written twice", shown(&text));
            let wrong = Diagnostic::error("duplicate-key", message);
            self.found.push(wrong.at(at).context(first.key.at, "first here").help("keep one"));
            return;
        }
        entries.push(Entry { key: Key { text, at, path: None }, value });
    }

    /// The place of a list or map: to its closing bracket, or to the end of what it holds.
    fn whole(&self, open: At, last: Option<At>, close: Span) -> At {
        let close = self.at(close);
        let end = if close.end > close.start {
            close.end
        } else {
            last.map_or(open.end, |last| last.end)
        };
        At { end: end.max(open.start), ..open }
    }

    fn at(&self, span: Span) -> At {
        let (start, end) = (self.byte(span.start), self.byte(span.end));
        At::new(self.source, start, end.max(start))
    }

    fn byte(&self, marker: Marker) -> usize {
        self.start + marker.byte_offset().unwrap_or_default().min(self.text.len())
    }

    fn unreadable(&self, error: &ScanError) -> Diagnostic {
        let start = self.byte(*error.marker());
        let message = format!("this is not YAML: {}", said(error));
        let wrong = Diagnostic::error("bad-yaml", message);
        let wrong = wrong.at(At::new(self.source, start, start));
        match help(error.kind()) {
            Some(help) => wrong.help(help),
            None => wrong,
        }
    }
}

/// Anchors, aliases and tags are refused.
fn check_plain(event: &Event<'_>, at: At) -> Read<()> {
    let anchored = event.is_alias() || event.anchor_id().is_some();
    let what = if anchored {
        "anchors and aliases"
    } else if event.tag().is_some() {
        "tags"
    } else {
        return Ok(());
    };
    let wrong = Diagnostic::error("not-supported", format!("{what} are not used in squall"));
    let help = "write the value itself; files build on each other by `extends` and `set`";
    Err(Box::new(wrong.at(at).help(help)))
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    let plain = style == ScalarStyle::Plain;
    if plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Value::Null;
    }
    Value::Text(text.to_owned())
}

fn said(error: &ScanError) -> String {
    let kind = error.kind();
    if is_tab(kind) {
        "a tab stands where spaces are needed".to_owned()
    } else if *kind == ErrorKind::RecursionLimitExceeded {
        "it is nested too deeply".to_owned()
    } else {
        shown_whole(&error.info())
    }
}

fn shown_whole(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(160).collect()
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
    )
}

fn help(kind: &ErrorKind) -> Option<&'static str> {
    const FLOW: [ErrorKind; 2] =
        [ErrorKind::ExpectedFlowMappingSeparator, ErrorKind::UnexpectedEofFlowMapping];
    const BLOCK: [ErrorKind; 3] = [
        ErrorKind::ExpectedBlockMappingKey,
        ErrorKind::InvalidIndentation,
        ErrorKind::SimpleKeyExpected,
    ];
    if is_tab(kind) {
        Some("indent with spaces")
    } else if let ErrorKind::UnclosedFlowCollection { open } = kind {
        Some(if *open == '{' { "close it with `}`" } else { "close it with `]`" })
    } else if FLOW.contains(kind) {
        Some("between braces, entries are `key: value`, with commas between them")
    } else if *kind == ErrorKind::UnclosedQuotedScalar {
        Some("close the quotation mark")
    } else if BLOCK.contains(kind) {
        Some("write `key: value`, and keys of one map at the same indentation")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::number;
    use proptest::{prelude::*, test_runner::RngSeed};

    fn tree(text: &str) -> Node {
        let mut found = Vec::new();
        let node = parse(text, 0, 0, &mut found);
        assert!(found.is_empty(), "{found:?}");
        node.unwrap()
    }

    fn at(text: &str, at: At) -> &str {
        &text[number::index(at.start)..number::index(at.end)]
    }

    #[test]
    fn every_key_and_value_knows_its_place() {
        let text = "# head\na: 1\nbee:\n  c: [x, \"y z\"] # tail\n  d: { e: 2s, ü: ö }\nf:\n";
        let root = tree(text);
        let bee = root.entry("bee").unwrap();
        assert_eq!(at(text, bee.key.at), "bee");
        assert_eq!(at(text, root.get("a").unwrap().at), "1");
        let c = bee.value.get("c").unwrap();
        assert_eq!(at(text, c.at), "[x, \"y z\"]");
        assert_eq!(at(text, c.items().unwrap()[1].at), "\"y z\"");
        let d = bee.value.get("d").unwrap();
        assert_eq!(at(text, d.at), "{ e: 2s, ü: ö }");
        assert_eq!(at(text, d.get("ü").unwrap().at), "ö");
        assert_eq!(at(text, bee.value.at), "c: [x, \"y z\"] # tail\n  d: { e: 2s, ü: ö }");
        assert_eq!(at(text, root.get("f").unwrap().at), "");
        assert!(root.get("f").unwrap().is_null());
    }

    #[test]
    fn a_part_of_a_source_is_read_in_its_place() {
        let mut found = Vec::new();
        let node = parse("{a: 1}", 3, 10, &mut found).unwrap();
        assert_eq!(node.at, At::new(3, 10, 16));
        assert_eq!(node.get("a").unwrap().at, At::new(3, 14, 15));
    }

    #[test]
    fn nothing_is_guessed() {
        let root = tree("a: no\nb: 1_000\nc: 0x10\nd: null\ne: \"null\"\nf: ~");
        let texts: Vec<_> =
            root.entries().unwrap().iter().map(|entry| entry.value.text().unwrap_or("-")).collect();
        assert_eq!(texts, ["no", "1_000", "0x10", "-", "null", "-"]);
    }

    #[test]
    fn what_is_refused() {
        let cases = [
            ("a: 1\na: 2", "duplicate-key"),
            ("a: &x 1\nb: *x", "not-supported"),
            ("a: !!str 1", "not-supported"),
            ("? [a]\n: 1", "bad-key"),
            ("a: 1\n---\nb: 2", "several-documents"),
            ("a:\n\tb: 1", "bad-yaml"),
            ("a: {b: 1", "bad-yaml"),
            ("a: 'b", "bad-yaml"),
            ("a: b: c", "bad-yaml"),
        ];
        for (text, code) in cases {
            let mut found = Vec::new();
            parse(text, 0, 0, &mut found);
            assert_eq!(found.first().map(|wrong| wrong.code), Some(code), "{text}: {found:?}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        for (open, close) in [("[", "]"), ("{a: ", "}")] {
            for depth in [40, 10_000] {
                let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                let mut found = Vec::new();
                assert_eq!(parse(&text, 0, 0, &mut found), None);
                assert_eq!(found.len(), 1);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Default::default()
        })]

        #[test]
        fn no_text_is_a_panic(text in "\\PC{0,80}") {
            parse(&text, 0, 0, &mut Vec::new());
        }

        #[test]
        fn no_yaml_like_text_is_a_panic(text in "[a-c:,{}\\[\\]\"'&*!?|>#\\- \t\nü]{0,60}") {
            parse(&text, 0, 0, &mut Vec::new());
        }
    }
}
