//! Tables of ISO: currencies (4217) and countries (3166-1).

/// Currencies whose minor unit is not a hundredth.
const EXPONENTS: [(u32, &str); 3] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

/// The other active ones. Those without a minor unit (gold, testing, no currency …) are not money here.
const HUNDREDTHS: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF \
    CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL \
    HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU \
    MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR \
    SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED \
    VES WST XAD XCD XCG YER ZAR ZMW ZWG";

/// Withdrawn since 2020: amounts of projects that were under way keep the currency they had.
const WITHDRAWN: &str = "ANG BGN CUC HRK SLL ZWL";

const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV \
    BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES \
    ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE \
    IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY \
    MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU \
    NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM \
    SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE \
    VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Kosovo: a code that ISO leaves to its users, and that the European Union, the World Bank and IATI use.
const KOSOVO: &str = "XK";

/// How many digits a currency has after the point (ISO 4217); nothing when it is none.
pub fn exponent(currency: &str) -> Option<u32> {
    let special = EXPONENTS.iter().find(|(_, codes)| is_in(codes, currency));
    let common = || is_in(HUNDREDTHS, currency) || is_in(WITHDRAWN, currency);
    special.map(|(exponent, _)| *exponent).or_else(|| common().then_some(2))
}

pub(super) fn is_country(code: &str) -> bool {
    is_in(COUNTRIES, code) || code == KOSOVO
}

fn is_in(codes: &str, code: &str) -> bool {
    codes.split(' ').any(|known| known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        let codes = |list: &'static str| list.split(' ').collect::<Vec<_>>();
        let countries = codes(COUNTRIES);
        assert!(countries.len() == 249 && countries.is_sorted_by(|a, b| a < b));
        assert!(countries.iter().all(|code| code.len() == 2));
        let currencies =
            EXPONENTS.iter().flat_map(|(_, list)| codes(list)).chain(codes(HUNDREDTHS)).collect::<Vec<_>>();
        assert!(currencies.iter().all(|code| code.len() == 3));
        let distinct: std::collections::BTreeSet<_> =
            currencies.iter().chain(&codes(WITHDRAWN)).copied().collect();
        assert_eq!(distinct.len(), currencies.len() + codes(WITHDRAWN).len());
        for (code, digits) in
            [("EUR", 2), ("XOF", 0), ("XAF", 0), ("JPY", 0), ("TND", 3), ("CLF", 4), ("MRU", 2)]
        {
            assert_eq!(exponent(code), Some(digits), "{code}");
        }
        for unknown in ["", "EU", "eur", "XXX", "XAU", "EUR ", "AED AFN"] {
            assert_eq!(exponent(unknown), None, "{unknown}");
        }
    }
}
