use super::*;
use proptest::prelude::*;
use ratatui::{layout::Rect, style::Style};

fn buffer(lines: &[&str]) -> Buffer {
    Buffer::with_lines(lines.iter().copied())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\x1b', "␛")
}

#[test]
fn a_frame_without_a_difference_is_no_bytes() {
    let mut encoder = Encoder::new(true);
    let page = buffer(&["hello", "world"]);
    let at = Some(Position::new(2, 1));
    assert!(!encoder.frame(None, &page, at).is_empty());
    assert!(encoder.frame(Some(&page), &page, at).is_empty());
}

#[test]
fn one_typed_letter_is_one_letter_in_a_synchronized_update() {
    let mut encoder = Encoder::new(true);
    let (before, after) = (buffer(&["> ab  "]), buffer(&["> abc "]));
    encoder.frame(None, &before, Some(Position::new(4, 0)));
    let bytes = encoder.frame(Some(&before), &after, Some(Position::new(5, 0)));
    assert_eq!(text(&bytes), "␛[?2026hc␛[?2026l");
}

#[test]
fn the_rest_of_a_line_is_erased_not_overwritten() {
    let mut encoder = Encoder::new(true);
    let (before, after) = (buffer(&["a long line of words"]), buffer(&["a                   "]));
    encoder.frame(None, &before, None);
    assert_eq!(text(&encoder.frame(Some(&before), &after, None)), "␛[?2026h␛[1;3H␛[K␛[?2026l");
}

#[test]
fn colours_of_the_palette_have_their_own_numbers() {
    let mut page = buffer(&["ab"]);
    page.set_style(Rect::new(0, 0, 1, 1), Style::new().fg(Color::Cyan).bold());
    page.set_style(Rect::new(1, 0, 1, 1), Style::new().fg(Color::DarkGray));
    let shown = |color| text(&Encoder::new(color).frame(None, &page, None));
    assert!(shown(true).contains("␛[1;36ma␛[0;90mb␛[m"), "{}", shown(true));
    assert!(shown(false).contains("␛[1ma␛[mb"), "{}", shown(false));
}

#[test]
fn after_what_terminals_measure_differently_the_place_is_said() {
    let mut encoder = Encoder::new(true);
    let page = buffer(&["日x"]);
    assert!(text(&encoder.frame(None, &page, None)).contains("日␛[1;3Hx"));
}

fn style() -> impl Strategy<Value = Style> {
    let color = || {
        prop_oneof![
            4 => Just(Color::Reset),
            1 => Just(Color::Red),
            1 => Just(Color::LightBlue),
            1 => Just(Color::DarkGray),
            1 => Just(Color::Indexed(99)),
            1 => Just(Color::Rgb(1, 2, 3)),
        ]
    };
    let modifiers = prop::sample::subsequence(
        vec![Modifier::BOLD, Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED],
        0..3,
    );
    (color(), color(), modifiers).prop_map(|(fg, bg, on)| {
        Style::new().fg(fg).bg(bg).add_modifier(on.into_iter().fold(Modifier::empty(), |a, b| a | b))
    })
}

const WIDTH: u16 = 30;
const HEIGHT: u16 = 6;

fn page() -> impl Strategy<Value = Buffer> {
    let piece = (0..WIDTH, 0..HEIGHT, "[a-c é日│]{0,24}", style());
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| {
        let mut page = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        for (x, y, text, style) in pieces {
            page.set_stringn(x, y, text, usize::from(WIDTH - x), style);
        }
        page
    })
}

fn vt(color: Color) -> vt100::Color {
    match color {
        Color::Reset => vt100::Color::Default,
        Color::Red => vt100::Color::Idx(1),
        Color::LightBlue => vt100::Color::Idx(12),
        Color::DarkGray => vt100::Color::Idx(8),
        Color::Indexed(n) => vt100::Color::Idx(n),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        other => panic!("{other:?} is not among the colours of this test"),
    }
}

/// What the terminal shows is what the buffer says, cell by cell; on blanks only what is visible counts.
fn assert_shows(screen: &vt100::Screen, page: &Buffer) {
    for y in 0..HEIGHT {
        let mut x = 0;
        while x < WIDTH {
            let (cell, want) = (screen.cell(y, x).unwrap(), &page[(x, y)]);
            let symbol = if cell.contents().is_empty() { " " } else { cell.contents() };
            assert_eq!(symbol, want.symbol(), "at {x},{y}");
            assert_eq!(cell.bgcolor(), vt(want.bg), "background at {x},{y}");
            assert_eq!(cell.inverse(), want.modifier.contains(Modifier::REVERSED), "reverse at {x},{y}");
            assert_eq!(cell.underline(), want.modifier.contains(Modifier::UNDERLINED), "underline at {x},{y}");
            if want.symbol() != " " {
                assert_eq!(cell.fgcolor(), vt(want.fg), "foreground at {x},{y}");
                assert_eq!(cell.bold(), want.modifier.contains(Modifier::BOLD), "bold at {x},{y}");
                assert_eq!(cell.italic(), want.modifier.contains(Modifier::ITALIC), "italic at {x},{y}");
            }
            x += want.symbol().cell_width().max(1);
        }
    }
}

proptest! {
    #[test]
    fn the_terminal_shows_every_frame(
        pages in proptest::collection::vec((page(), proptest::option::of((0..WIDTH, 0..HEIGHT))), 1..6)
    ) {
        let cells = |n: u16| std::num::NonZero::new(n).unwrap();
        let mut terminal = vt100::Parser::new(cells(HEIGHT), cells(WIDTH), 0);
        let mut encoder = Encoder::new(true);
        let mut before: Option<Buffer> = None;
        for (page, cursor) in pages {
            let cursor = cursor.map(|(x, y)| Position::new(x, y));
            let bytes = encoder.frame(before.as_ref(), &page, cursor);
            terminal.process(&bytes);
            assert_shows(terminal.screen(), &page);
            prop_assert_eq!(terminal.screen().hide_cursor(), cursor.is_none());
            if let Some(p) = cursor {
                prop_assert_eq!(terminal.screen().cursor_position(), (p.y, p.x));
            }
            prop_assert!(encoder.frame(Some(&page), &page, cursor).is_empty());
            before = Some(page);
        }
    }
}
