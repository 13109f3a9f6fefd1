//! Documents are refused before they can do harm, and not before they are worth refusing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::OperationType;
use taruvi::graphql::document::{
    DocumentError, Documents, Limits, Prepared, Vocabulary, check_nesting,
};

fn documents() -> Documents {
    Documents::new(Limits::default(), Vocabulary::default())
}

fn prepare(text: &str) -> Arc<Prepared> {
    documents().prepare(text).unwrap_or_else(|e| panic!("{e}: {text:.200}"))
}

fn refusal(text: &str) -> DocumentError {
    documents().prepare(text).err().unwrap_or_else(|| panic!("accepted: {text:.200}"))
}

/// `{a(b: …)}` with the value given.
fn argument(value: &str) -> String {
    format!("{{a(b:{value})}}")
}

fn nested(open: &str, inside: &str, close: &str, times: usize) -> String {
    format!("{}{inside}{}", open.repeat(times), close.repeat(times))
}

/// Fragments of which each spreads the next twice, below these operations.
fn doubling(operations: &str, levels: usize) -> String {
    let fragments = (0..levels)
        .map(|level| format!("fragment f{level} on Q{{...f{0} ...f{0}}}", level + 1))
        .collect::<String>();
    format!("{operations}{fragments}fragment f{levels} on Q{{a}}")
}

fn hostile() -> Vec<(&'static str, String)> {
    let aliases: String = (0..10_000).map(|n| format!("a{n}:a ")).collect();
    let chain: String = (0..240).map(|n| format!("fragment f{n} on Q{{...f{}}}", n + 1)).collect();
    let fan: String = (0..60).map(|n| format!("query q{n}{{...f0}}")).collect();
    let lists = nested("[", "", "]", 2_000);
    vec![
        ("QUERY_TOO_COMPLEX", argument(&nested("{k:", "1", "}", 1_500))),
        ("QUERY_TOO_COMPLEX", argument(&"{k:".repeat(20_000))),
        ("QUERY_TOO_COMPLEX", argument(&lists)),
        ("QUERY_TOO_COMPLEX", format!("query($v:{}){{a}}", nested("[", "Int", "]", 2_000))),
        ("QUERY_TOO_COMPLEX", format!("query($v:I={lists}){{a}}")),
        ("QUERY_TOO_COMPLEX", format!("query @d(x:{lists}){{a}}")),
        ("QUERY_TOO_COMPLEX", argument(&format!("\"}})\" #]])\n c:{lists}"))),
        ("QUERY_TOO_DEEP", nested("{a", "", "}", 2_000)),
        ("QUERY_TOO_DEEP", format!("{{{}a{}}}", "...{".repeat(500), "}".repeat(500))),
        ("QUERY_TOO_COMPLEX", doubling("{...f0}", 31)),
        ("QUERY_TOO_COMPLEX", doubling("{...f0}", 150)),
        ("QUERY_TOO_COMPLEX", doubling("{__typename}", 24)),
        ("QUERY_TOO_COMPLEX", doubling(&fan, 10)),
        ("QUERY_TOO_DEEP", format!("{{...f0}}{chain}fragment f240 on Q{{a}}")),
        ("QUERY_TOO_COMPLEX", format!("{{{aliases}}}")),
        ("QUERY_TOO_COMPLEX", format!("{{a {}}}", "@skip(if:true) ".repeat(1_500))),
        ("QUERY_TOO_COMPLEX", argument(&format!("[{}]", "1-2-3,".repeat(700)))),
        ("QUERY_TOO_COMPLEX", format!("{{a}} #{}", "x".repeat(64 << 10))),
        ("GRAPHQL_VALIDATION_FAILED", "{...a} fragment a on Q{...a ...a}".into()),
        ("GRAPHQL_VALIDATION_FAILED", "{a} fragment a on Q{...b} fragment b on Q{x{...a}}".into()),
        ("GRAPHQL_PARSE_FAILED", argument(&format!("[\"\"\" \" {}", "[".repeat(2_000)))),
        ("GRAPHQL_PARSE_FAILED", argument(&format!("\"\\\" {}", "{".repeat(2_000)))),
        ("GRAPHQL_PARSE_FAILED", format!("{{a}} {} ?", "x".repeat(60_000))),
    ]
}

#[test]
fn hostile_documents_are_refused_at_once() {
    for (code, text) in hostile() {
        let mut fastest = Duration::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            let error = refusal(&text);
            fastest = fastest.min(start.elapsed());
            assert_eq!(error.code, code, "{text:.80}: {error}");
            assert!(error.message.chars().count() <= 300, "{error}");
            assert_eq!(error.limit.is_some(), code.starts_with("QUERY_"), "{error}");
        }
        assert!(fastest < Duration::from_millis(250), "{fastest:?} for {text:.80}");
    }
}

#[test]
fn each_limit_is_exact() {
    let chain = |n: usize| {
        let chain = (1..n).map(|n| format!("fragment f{n} on Q{{...f{}}}", n + 1));
        format!("{{...f1}}{}fragment f{n} on Q{{a}}", chain.collect::<String>())
    };
    // `a`, and 99 spreads with a hundred fields each, are 10,000.
    let expanded = |n: usize| {
        let (spreads, rest) = ("...f ".repeat(99), "b ".repeat(n - 10_000));
        format!("{{a{{{spreads}{rest}}}}}fragment f on Q{{{}}}", "b ".repeat(100))
    };
    let lists = |n| format!("{{__schema{{types{{{}}}}}}}", nested("fields{type{", "name", "}}", n));
    type Make<'a> = &'a dyn Fn(usize) -> String;
    let cases: [(&str, usize, Make<'_>); 11] = [
        ("QUERY_TOO_DEEP", 12, &|n| nested("{a", "", "}", n)),
        ("QUERY_TOO_COMPLEX", 30, &|n| format!("{{a{{{}}}}}", "b:a ".repeat(n))),
        ("QUERY_TOO_COMPLEX", 20, &|n| format!("{{a {}}}", "@skip(if:true) ".repeat(n))),
        ("QUERY_TOO_COMPLEX", 20, &|n| format!("{{{}}}", "a ".repeat(n))),
        ("QUERY_TOO_COMPLEX", 2_000, &|n| format!("{{a {{{}}}}}", "b ".repeat(n - 5))),
        ("QUERY_TOO_COMPLEX", 65_536, &|n| format!("{{a}}#{}", "x".repeat(n - 4))),
        ("QUERY_TOO_COMPLEX", 32, &|n| argument(&nested("[", "", "]", n - 2))),
        ("QUERY_TOO_COMPLEX", 32, &|n| argument(&nested("{b:", "1", "}", n - 2))),
        ("QUERY_TOO_COMPLEX", 10_000, &expanded),
        ("QUERY_TOO_DEEP", 32, &chain),
        ("QUERY_TOO_DEEP", 2, &lists),
    ];
    for (code, limit, make) in cases {
        prepare(&make(limit));
        let error = refusal(&make(limit + 1));
        assert_eq!((error.code, error.limit), (code, Some(limit as u64)), "{error}");
    }
}

#[test]
fn brackets_in_strings_and_comments_do_not_count() {
    let braces = "{[(".repeat(100);
    let texts = [
        argument(&format!("\"{braces}\"")),
        argument(&format!("\"\\\"{braces}\\\\\"")),
        argument(&format!("\"\"\"{braces}\n\\\"\"\" \" \"\" \\ {braces}\"\"\"")),
        argument(&format!("\"\" #\" {braces}\n")),
        argument(&format!("\"\" #\"\"\" {braces}\r c:\"\"\"\"\"\"")),
        format!("\u{feff}# {braces}\r\n{{a}}"),
    ];
    for text in texts {
        prepare(&text);
    }
    // The parser takes the first of these for an empty string and goes on behind it.
    assert!(parse_query("{a(b:[\"\"\" \" [[1]]])}").is_ok());
    for text in
        ["{a(b:[\"\"\" \" [[1]]])}", "{a(b:\"\n\")}", "{a(b:\"\\\r\")}", "{a(b:\"\"\"\\\"\"\""]
    {
        assert_eq!(refusal(text).code, "GRAPHQL_PARSE_FAILED", "{text}");
    }
}

/// Whatever the scan lets through, the parser reads on a quarter of a worker's stack.
#[test]
fn the_parser_survives_what_the_scan_lets_through() {
    let words = "{ { { [ [ [ ( } ] ) \" \"\" \"\"\" \\\" \\\"\"\" \\ # a a: ... on query fragment \
                 $a @d 1 -1.5e3 = ! é"
        .split(' ')
        .chain([" ", "\n", "\r", "\u{feff}"])
        .collect::<Vec<_>>();
    let starts = ["", "{a(b:[", "{a(b:{c:", "query($a:[", "{a(b:[\"\"\" \" ", "{a(b:[\"\\\"\"\" "];
    let mut seed = 1_u64;
    let mut pick = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let parsed = move || {
        let mut passed = 0;
        for _ in 0..20_000 {
            let mut text = starts[pick(starts.len())].to_owned();
            text.extend((0..pick(60)).map(|_| words[pick(words.len())]));
            text += &["[", "{c:", "{a"][pick(3)].repeat(pick(4) * 1_000);
            if check_nesting(&text, 32, 2_000).is_ok() {
                passed += 1;
                let _ = parse_query(&text);
            }
        }
        passed
    };
    let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(parsed);
    assert!(thread.unwrap().join().unwrap() > 1_000);
}

#[test]
fn measures_see_through_fragments() {
    let text = "query($v:Int @skip(if:true)){a:b{...f @skip(if:true)} ...g @skip(if:true) __schema{types{name}}} \
                fragment f on T{c{d:e} ...g} fragment g on T @skip(if:true){h{i j:k @skip(if:true)}}";
    let prepared = prepare(text);
    let operation = prepared.operation(None).unwrap();
    let found = operation.measures;
    assert_eq!((found.depth, found.levels, found.introspection), (3, 4, 0));
    assert_eq!((found.aliases, found.directives), (4, 7));
    assert_eq!((found.root_fields, found.selections), (3, 15));
    assert_eq!(operation.root_fields, ["b", "h", "__schema"]);
}

#[test]
fn names_do_not_hide_depth() {
    let deep = nested("{a", "", "}", 12);
    for text in [
        format!("{{__schema:a{deep}}}"),
        format!("query __schema{{a{deep}}}"),
        format!("{{...__schema}} fragment __schema on Q{{a{deep}}}"),
        // Spread near the surface first, then deeper.
        format!("{{...f a{{...f}}}} fragment f on Q{deep}"),
        "{...s} fragment s on Query{__schema{...t}} fragment t on __Schema{types{fields{...u}}} \
         fragment u on __Field{type{fields{type{fields{name}}}}}"
            .to_owned(),
    ] {
        assert_eq!(refusal(&text).code, "QUERY_TOO_DEEP", "{text}");
    }
}

#[test]
fn a_repeated_document_is_read_once() {
    let documents = documents();
    let first = documents.prepare("{a}").unwrap();
    assert!(Arc::ptr_eq(&first, &documents.prepare("{a}").unwrap()));
    assert!(!Arc::ptr_eq(&first, &documents.prepare("{a }").unwrap()));
    assert!(documents.prepare("{a").is_err());
    assert_eq!(documents.remembered(), 2);
    // Many large documents push each other out.
    for n in 0..100 {
        documents.prepare(&format!("{{a{n}{{{}}}}}", "b ".repeat(1_900))).unwrap();
    }
    assert!((1..80).contains(&documents.remembered()), "{}", documents.remembered());
}

#[test]
fn the_operation_must_be_clear() {
    let anonymous = prepare("{a}");
    let several = prepare("query A{a b:c} mutation B{d} subscription C{e}");
    let kind = |document: &Prepared, name| document.operation(name).map(|it| it.kind);
    assert_eq!(kind(&anonymous, None), Ok(OperationType::Query));
    assert_eq!(kind(&several, Some("A")), Ok(OperationType::Query));
    assert_eq!(kind(&several, Some("B")), Ok(OperationType::Mutation));
    assert_eq!(kind(&several, Some("C")), Ok(OperationType::Subscription));
    assert_eq!(kind(&prepare("query A{a}"), None), Ok(OperationType::Query));
    let long = "x".repeat(5_000);
    for (document, name) in
        [(&several, None), (&several, Some("D")), (&anonymous, Some("A")), (&several, Some(&*long))]
    {
        let error = document.operation(name).unwrap_err();
        assert_eq!(error.code, "OPERATION_RESOLUTION_FAILURE");
        assert!(error.message.len() < 300);
    }
    for text in
        ["{a} query A{a}", "query A{a} query A{b}", "{a} fragment f on Q{a} fragment f on Q{b}"]
    {
        assert_eq!(refusal(text).code, "GRAPHQL_VALIDATION_FAILED", "{text}");
    }
    assert_eq!(refusal("fragment f on Q{a}").code, "OPERATION_RESOLUTION_FAILURE");
}

#[test]
fn syntax_errors_do_not_echo_the_document() {
    let error = refusal(&format!("{{\n  secret(b:\"{}\") ?}}", "secret ".repeat(100)));
    assert_eq!(error.code, "GRAPHQL_PARSE_FAILED");
    assert!(error.message.starts_with("Syntax error at 2:"), "{error}");
    assert!(!error.message.contains("secret"), "{error}");
    assert_eq!((error.locations[0].line, error.locations.len()), (2, 1));
    for text in ["", " ", "#", "?", "{", "{a(b:1e999)}", "{a(b:\"\\ud800\")}", "query($a:[Int){a}"]
    {
        let error = refusal(text);
        assert_eq!(error.code, "GRAPHQL_PARSE_FAILED", "{text}");
        assert!(!error.message.contains('\n'), "{error}");
    }
}
