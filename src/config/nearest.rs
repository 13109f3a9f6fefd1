//! The known name that a misspelt one most likely means.

/// `; did you mean PORT?`, from the candidates, comparing what follows `prefix`; or nothing.
pub(super) fn to(name: &str, prefix: &str, candidates: impl Iterator<Item = String>) -> String {
    let bare = |text: &str| text.strip_prefix(prefix).unwrap_or(text).to_owned();
    let wanted = bare(name);
    let nearest = candidates.min_by_key(|candidate| {
        let candidate = bare(candidate);
        let ends_alike = wanted.len() > 3 && candidate.ends_with(&wanted);
        let distance = distance(&wanted, &candidate);
        if ends_alike { distance.min(1) } else { distance }
    });
    nearest.map(|candidate| format!("; did you mean {candidate}?")).unwrap_or_default()
}

/// How many letters must be changed, added or left out (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        row[0] = left;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            left = (corner + usize::from(x != *y)).min(left + 1).min(above + 1);
            corner = above;
            row[j + 1] = left;
        }
    }
    row[b.len()]
}
