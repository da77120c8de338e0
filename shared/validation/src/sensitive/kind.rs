//! The kinds of secrets and personal data, and how they are named.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Code;

/// How many of each kind there are.
pub type SensitiveCounts = BTreeMap<SensitiveKind, u64>;

macro_rules! kinds {
    ($($kind:ident $name:literal $code:ident $placeholder:literal $one:literal $many:literal;)*) => {
        /// A kind of secret, or of personal data.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum SensitiveKind {
            $(#[doc = concat!("Looks like ", $one, ".")] $kind,)*
        }

        impl SensitiveKind {
            /// All kinds, in the order in which they are reported.
            pub const ALL: [SensitiveKind; 27] = [$(SensitiveKind::$kind,)*];

            /// The name in JSON, such as `es-dni`.
            pub const fn as_str(self) -> &'static str {
                match self { $(SensitiveKind::$kind => $name,)* }
            }

            /// The code of the finding.
            pub const fn code(self) -> Code {
                match self { $(SensitiveKind::$kind => Code::$code,)* }
            }

            /// What replaces it, such as `[EMAIL]`: ASCII that a JSON string may have unescaped.
            pub const fn placeholder(self) -> &'static str {
                match self { $(SensitiveKind::$kind => $placeholder,)* }
            }

            const fn one(self) -> &'static str {
                match self { $(SensitiveKind::$kind => $one,)* }
            }

            const fn many(self) -> &'static str {
                match self { $(SensitiveKind::$kind => $many,)* }
            }
        }
    };
}

kinds! {
    AwsAccessKey "aws-access-key" AwsAccessKey "[AWS_ACCESS_KEY]" "an AWS access key" "AWS access keys";
    PrivateKey "private-key" PrivateKey "[PRIVATE_KEY]" "a private key" "private keys";
    CardNumber "card-number" CardNumber "[CARD]" "a card number" "card numbers";
    EmailAddress "email-address" EmailAddress "[EMAIL]" "an email address" "email addresses";
    Iban "iban" Iban "[IBAN]" "an IBAN" "IBANs";
    PhoneNumber "phone-number" PhoneNumber "[PHONE]" "a phone number" "phone numbers";
    JsonWebToken "json-web-token" JsonWebToken "[JWT]" "a JSON Web Token" "JSON Web Tokens";
    GoogleApiKey "google-api-key" VendorKey "[API_KEY]" "a Google API key" "Google API keys";
    AzureStorageKey "azure-storage-key" VendorKey "[API_KEY]" "an Azure storage key" "Azure storage keys";
    GitHubToken "github-token" VendorKey "[API_KEY]" "a GitHub token" "GitHub tokens";
    SlackToken "slack-token" VendorKey "[API_KEY]" "a Slack token" "Slack tokens";
    StripeKey "stripe-key" VendorKey "[API_KEY]" "a Stripe key" "Stripe keys";
    OpenAiKey "openai-key" VendorKey "[API_KEY]" "an OpenAI key" "OpenAI keys";
    AnthropicKey "anthropic-key" VendorKey "[API_KEY]" "an Anthropic key" "Anthropic keys";
    UsSsn "us-ssn" NationalId "[NATIONAL_ID]" "a Social Security number (US)" "Social Security numbers (US)";
    GbNhs "gb-nhs-number" NationalId "[NATIONAL_ID]" "an NHS number (United Kingdom)" "NHS numbers (United Kingdom)";
    EsDni "es-dni" NationalId "[NATIONAL_ID]" "a DNI (Spain)" "DNIs (Spain)";
    EsNie "es-nie" NationalId "[NATIONAL_ID]" "an NIE (Spain)" "NIEs (Spain)";
    ItCodiceFiscale "it-codice-fiscale" NationalId "[NATIONAL_ID]" "a codice fiscale (Italy)" "codici fiscali (Italy)";
    FrNir "fr-nir" NationalId "[NATIONAL_ID]" "an NIR (France)" "NIRs (France)";
    DeSteuerId "de-steuer-id" NationalId "[NATIONAL_ID]" "a Steuer-ID (Germany)" "Steuer-IDs (Germany)";
    NlBsn "nl-bsn" NationalId "[NATIONAL_ID]" "a BSN (Netherlands)" "BSNs (Netherlands)";
    PlPesel "pl-pesel" NationalId "[NATIONAL_ID]" "a PESEL number (Poland)" "PESEL numbers (Poland)";
    SePersonnummer "se-personnummer" NationalId "[NATIONAL_ID]" "a personnummer (Sweden)" "personnummer (Sweden)";
    BrCpf "br-cpf" NationalId "[NATIONAL_ID]" "a CPF number (Brazil)" "CPF numbers (Brazil)";
    InAadhaar "in-aadhaar" NationalId "[NATIONAL_ID]" "an Aadhaar number (India)" "Aadhaar numbers (India)";
    CnResidentId "cn-resident-id" NationalId "[NATIONAL_ID]" "a resident identity number (China)" "resident identity numbers (China)";
}

impl SensitiveKind {
    /// What a finding calls it, with its article.
    pub const fn described(self) -> &'static str {
        self.one()
    }

    /// The number of them in words, such as `2 email addresses`; the number as it is.
    pub fn counted(self, count: u64) -> String {
        match self.one().split_once(' ') {
            Some((_, noun)) if count == 1 => format!("1 {noun}"),
            _ => format!("{count} {}", self.many()),
        }
    }

    /// What to do about it.
    pub(crate) fn help(self) -> String {
        match self.code() {
            Code::AwsAccessKey => "remove it, and disable the key".to_owned(),
            Code::PrivateKey | Code::VendorKey => "remove it, and replace the key".to_owned(),
            Code::JsonWebToken => "remove it, and revoke the token if it is still valid".to_owned(),
            _ => format!("replace it with a placeholder, such as `{}`: `tunedrop fix --redact`", self.placeholder()),
        }
    }
}

impl fmt::Display for SensitiveKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Serialize for SensitiveKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SensitiveKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SensitiveKind, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = SensitiveKind::ALL.into_iter().find(|kind| kind.as_str() == name);
        found.ok_or_else(|| D::Error::custom("an unknown kind of sensitive data"))
    }
}
