//! Codes that the world has agreed on: countries, currencies, languages. What they stand for is in
//! every client's own libraries.

use crate::error::{Invalid, Problem};

/// ISO 3166-1 alpha-2, with XK as passports have it.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ \
    BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE \
    DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR \
    GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP \
    KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT \
    MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW \
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG \
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM \
    ZW";

/// ISO 4217, those in which people pay.
const CURRENCIES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB \
    BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR \
    FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES \
    KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR \
    MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR \
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH \
    UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

fn is_one_of(list: &str, code: &str) -> bool {
    list.split_whitespace().any(|known| known == code)
}

/// Checks a country's code.
pub fn country(invalid: &mut Invalid, field: &str, code: Option<&str>) {
    if code.is_some_and(|code| !is_one_of(COUNTRIES, code)) {
        let why = "is not a country's code of two capital letters (ISO 3166-1), such as DE";
        invalid.push(Problem::Invalid, field, why);
    }
}

/// Checks a currency's code.
pub fn currency(invalid: &mut Invalid, field: &str, code: Option<&str>) {
    if code.is_some_and(|code| !is_one_of(CURRENCIES, code)) {
        let why = "is not a currency's code of three capital letters (ISO 4217), such as EUR";
        invalid.push(Problem::Invalid, field, why);
    }
}

/// Checks the form of a language tag (BCP 47): `pt`, `pt-BR`, `zh-Hant-TW`.
pub fn language(invalid: &mut Invalid, field: &str, tag: Option<&str>) {
    let is_tag = |tag: &str| {
        let mut parts = tag.split('-');
        let first = parts.next().unwrap_or_default();
        let word =
            |p: &str| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric());
        tag.len() <= 35
            && (2..=3).contains(&first.len())
            && first.chars().all(|c| c.is_ascii_lowercase())
            && parts.all(word)
    };
    if tag.is_some_and(|tag| !is_tag(tag)) {
        invalid.push(Problem::Invalid, field, "is not a language tag (BCP 47), such as pt-BR");
    }
}
