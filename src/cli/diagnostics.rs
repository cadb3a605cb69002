//! Shows what is wrong with the input as a compiler would: the place, an excerpt, and what to write
//! instead; all of it at once, and a count at the end.
use crate::{
    engine::number,
    spec::{
        At, Diagnostic, Diagnostics, Severity, Sources,
        diagnostic::{Fix, Note},
    },
};
use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet, normalize_untrusted_str,
    renderer::{AnsiColor, DecorStyle, Effects, Style},
};
use std::{io::Write, ops::Range};

/// Longer lines are cut around the place.
const WIDTH: usize = 100;

/// Help is broken into lines of this width.
const HELP_WIDTH: usize = 78;

/// A context further away than this is left out.
const FARTHEST_LINES: usize = 60;

/// All diagnostics as text; in colour when `colour` says so.
pub fn render(diagnostics: &Diagnostics, colour: bool) -> String {
    let renderer = renderer(colour);
    let mut text = String::new();
    for found in &diagnostics.list {
        text += &one(&renderer, &diagnostics.sources, found);
        text += "\n\n";
    }
    text + &count(diagnostics) + "\n"
}

/// Prints warnings or errors to stderr, in colour when it is a terminal that has them.
pub fn eprint(diagnostics: &Diagnostics) {
    if !diagnostics.is_empty() {
        // There is nowhere left to say that stderr is closed.
        let _ = anstream::stderr().write_all(render(diagnostics, true).as_bytes());
    }
}

/// "3 errors in 2 files, 0 warnings".
pub fn count(diagnostics: &Diagnostics) -> String {
    let place = match diagnostics.files() {
        0 => String::new(),
        files => format!(" in {}", counted(files, "file")),
    };
    let errors = counted(diagnostics.errors(), "error");
    format!("{errors}{place}, {}", counted(diagnostics.warnings(), "warning"))
}

/// "1 file", "2 files".
pub(super) fn counted(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

fn renderer(colour: bool) -> Renderer {
    let plain = Renderer::plain().decor_style(DecorStyle::Ascii).term_width(WIDTH);
    if !colour {
        return plain;
    }
    let bold = |colour: AnsiColor| colour.on_default().effects(Effects::BOLD);
    Renderer::styled()
        .decor_style(DecorStyle::Ascii)
        .term_width(WIDTH)
        .error(bold(AnsiColor::Red))
        .warning(bold(AnsiColor::Yellow))
        .help(AnsiColor::Cyan.on_default())
        .context(AnsiColor::Cyan.on_default())
        .addition(AnsiColor::Cyan.on_default())
        .removal(AnsiColor::Red.on_default())
        .emphasis(Style::new().effects(Effects::BOLD))
        .line_num(Style::new().effects(Effects::DIMMED))
}

fn one(renderer: &Renderer, sources: &Sources, found: &Diagnostic) -> String {
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let message = normalize_untrusted_str(&found.message);
    let mut main = Group::with_title(level.primary_title(message).id(found.code));
    if let Some(at) = found.at {
        for snippet in excerpts(sources, at, &found.label, found.context.as_ref()) {
            main = main.element(snippet);
        }
    }
    let mut groups = vec![main];
    if let Some(help) = &found.help {
        let title = Level::HELP.secondary_title(wrapped(&normalize_untrusted_str(help)));
        let edit = found.fix.as_ref().and_then(|fix| edit(sources, fix));
        groups.push(match edit {
            Some(edit) => title.element(edit),
            None => Group::with_title(title),
        });
    }
    if found.at.is_some() {
        return renderer.render(&groups);
    }
    // Without an excerpt there is nothing that a rule could connect.
    let parts = groups.iter().map(|group| renderer.render(std::slice::from_ref(group)));
    parts.collect::<Vec<_>>().join("\n")
}

/// The lines of the place and of its context: one excerpt when they are near each other.
fn excerpts(
    sources: &Sources,
    at: At,
    label: &str,
    context: Option<&Note>,
) -> Vec<Snippet<'static, Annotation<'static>>> {
    let near = context.filter(|note| {
        let lines = sources.line(note.at).abs_diff(sources.line(at));
        note.at.source == at.source && lines <= FARTHEST_LINES
    });
    let lines = Lines::around(sources, at, near.map(|note| note.at));
    let mark = |kind: AnnotationKind, at: At, label: &str, lines: &Lines| {
        let label = Some(normalize_untrusted_str(label)).filter(|label| !label.is_empty());
        kind.span(lines.range(sources, at)).label(label)
    };
    let mut first = lines.snippet().annotation(mark(AnnotationKind::Primary, at, label, &lines));
    if let Some(note) = near {
        first = first.annotation(mark(AnnotationKind::Context, note.at, &note.label, &lines));
    }
    let far = context.filter(|_| near.is_none()).map(|note| {
        let lines = Lines::around(sources, note.at, None);
        lines.snippet().annotation(mark(AnnotationKind::Context, note.at, &note.label, &lines))
    });
    std::iter::once(first).chain(far).collect()
}

fn edit(sources: &Sources, fix: &Fix) -> Option<Snippet<'static, Patch<'static>>> {
    let lines = Lines::around(sources, fix.at, None);
    if lines.text.len() > WIDTH - 8 {
        return None;
    }
    let range = lines.range(sources, fix.at);
    Some(lines.snippet().patch(Patch::new(range, fix.text.clone())))
}

/// Some whole lines of a source.
struct Lines {
    name: String,
    text: String,
    start: usize,
    first: usize,
}

impl Lines {
    fn around(sources: &Sources, at: At, other: Option<At>) -> Self {
        let source = sources.of(at);
        let places = [Some(at), other].into_iter().flatten().map(|at| number::index(at.start));
        let low = places.clone().min().unwrap_or_default().min(source.text.len());
        let high = places.max().unwrap_or_default().min(source.text.len());
        let start = source.text[..low].rfind('\n').map_or(0, |place| place + 1);
        let end = source.text[high..].find('\n').map_or(source.text.len(), |place| high + place);
        Self {
            name: normalize_untrusted_str(&source.name),
            text: source.text[start..end].to_owned(),
            start,
            first: sources.line(At::new(at.source, start, start)),
        }
    }

    /// A place as a range of these lines, cut at the end of its first line.
    fn range(&self, sources: &Sources, at: At) -> Range<usize> {
        let line = sources.text(at).split('\n').next().unwrap_or_default().trim_end();
        let start = number::index(at.start) - self.start;
        start..start + line.len()
    }

    fn snippet<T: Clone>(&self) -> Snippet<'static, T> {
        Snippet::source(self.text.clone()).line_start(self.first).path(self.name.clone())
    }
}

/// Breaks a text into lines, but not within quotation marks.
pub(super) fn wrapped(text: &str) -> String {
    const INDENT: usize = "help: ".len();
    let mut lines = String::new();
    let (mut width, mut quoted) = (INDENT, false);
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > INDENT && width + 1 + length > HELP_WIDTH && !quoted {
            lines += "\n";
            width = INDENT;
        } else if width > INDENT {
            lines += " ";
            width += 1;
        }
        lines += word;
        width += length;
        quoted ^= word.matches('`').count() % 2 == 1;
    }
    lines
}
