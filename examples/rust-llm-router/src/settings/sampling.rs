//! Which share of new traces is kept: a preset, by the environment's name, or the standard variables.

use super::SettingError;
use super::variables::{Variables, wrong};

/// `UAT_TRACING_PRESET`. Default: `production` where `NODE_ENV`, `DEPLOYMENT_ENVIRONMENT` or the resource's
/// `deployment.environment.name` says so, else `development`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Every trace.
    Development,
    /// 10 % of new traces; follows a caller's decision.
    Production,
    /// Everything is sent: a collector decides by tail sampling.
    Collector,
    /// Nothing is kept; context still travels.
    Off,
}

impl Preset {
    pub fn name(self) -> &'static str {
        match self {
            Preset::Development => "development",
            Preset::Production => "production",
            Preset::Collector => "collector",
            Preset::Off => "off",
        }
    }

    fn ratio(self) -> f64 {
        match self {
            Preset::Development | Preset::Collector => 1.0,
            Preset::Production => 0.1,
            Preset::Off => 0.0,
        }
    }

    pub fn scheduled_delay_millis(self) -> u64 {
        if self == Preset::Development { 200 } else { 1000 }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct SamplingSettings {
    pub preset: Preset,
    /// What the environment calls itself, for the log.
    pub environment: String,
    /// Share of new traces, 0 to 1. `OTEL_TRACES_SAMPLER` wins over the preset, except over `off`.
    pub ratio: f64,
    /// Whether a caller's decision is followed.
    pub parent_based: bool,
}

pub fn parse_sampling(env: &Variables, resource: &[(String, String)]) -> Result<SamplingSettings, SettingError> {
    let named = ["deployment.environment.name", "deployment.environment"]
        .into_iter()
        .find_map(|key| resource.iter().find(|(name, _)| name == key))
        .map(|(_, value)| value.clone());
    let node_env = env.text("NODE_ENV");
    let production = [&named, &node_env].into_iter().flatten().any(|name| is_production(name));
    let preset = match env.text("UAT_TRACING_PRESET").map(|value| value.to_ascii_lowercase()).as_deref() {
        None if production => Preset::Production,
        None | Some("development") => Preset::Development,
        Some("production") => Preset::Production,
        Some("collector") => Preset::Collector,
        Some("off") => Preset::Off,
        Some(value) => return Err(wrong("UAT_TRACING_PRESET", value, "development, production, collector or off")),
    };
    let (ratio, parent_based) = match from_sampler_variable(env)? {
        Some(chosen) if preset != Preset::Off => chosen,
        _ => (preset.ratio(), true),
    };
    let fallback = if production { "production" } else { "development" };
    let environment = named.or(node_env).unwrap_or_else(|| fallback.to_owned());
    Ok(SamplingSettings { preset, environment, ratio, parent_based })
}

fn is_production(name: &str) -> bool {
    let name = name.trim();
    name.eq_ignore_ascii_case("production") || name.eq_ignore_ascii_case("prod")
}

/// `OTEL_TRACES_SAMPLER`, with `OTEL_TRACES_SAMPLER_ARG` (default 1) where it is a ratio.
fn from_sampler_variable(env: &Variables) -> Result<Option<(f64, bool)>, SettingError> {
    let Some(name) = env.text("OTEL_TRACES_SAMPLER") else { return Ok(None) };
    let chosen = match name.to_ascii_lowercase().as_str() {
        "always_on" => (1.0, false),
        "always_off" => (0.0, false),
        "parentbased_always_on" => (1.0, true),
        "parentbased_always_off" => (0.0, true),
        "traceidratio" => (argument(env)?, false),
        "parentbased_traceidratio" => (argument(env)?, true),
        _ => {
            return Err(wrong(
                "OTEL_TRACES_SAMPLER",
                &name,
                "always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio",
            ));
        }
    };
    Ok(Some(chosen))
}

fn argument(env: &Variables) -> Result<f64, SettingError> {
    let name = "OTEL_TRACES_SAMPLER_ARG";
    let Some(value) = env.text(name) else { return Ok(1.0) };
    match value.parse::<f64>() {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(ratio),
        _ => Err(wrong(name, &value, "a number from 0 to 1, such as 0.1 for 10 %")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)], environment: &str) -> SamplingSettings {
        let lookup = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let resource = [("deployment.environment.name".to_owned(), environment.to_owned())];
        let resource = if environment.is_empty() { &[][..] } else { &resource[..] };
        parse_sampling(&Variables::new(&lookup), resource).expect("valid")
    }

    #[test]
    fn the_environment_the_preset_and_the_sampler_decide_in_this_order() {
        let (preset, sampler, argument) = ("UAT_TRACING_PRESET", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG");
        for (variables, environment, expected) in [
            (vec![], "", ("development", 1.0, true)),
            (vec![], "staging", ("development", 1.0, true)),
            (vec![], "production", ("production", 0.1, true)),
            (vec![], "Prod", ("production", 0.1, true)),
            (vec![("NODE_ENV", "production")], "", ("production", 0.1, true)),
            (vec![(preset, "collector")], "production", ("collector", 1.0, true)),
            (vec![(preset, "off")], "", ("off", 0.0, true)),
            (vec![(sampler, "parentbased_traceidratio"), (argument, "0.25")], "production", ("production", 0.25, true)),
            (vec![(sampler, "traceidratio")], "", ("development", 1.0, false)),
            (vec![(sampler, "always_off")], "", ("development", 0.0, false)),
            (vec![(sampler, "always_on"), (preset, "off")], "", ("off", 0.0, true)),
            // Alone it does nothing, as in the TypeScript SDK.
            (vec![(argument, "0.25")], "", ("development", 1.0, true)),
        ] {
            let settings = with(&variables, environment);
            assert_eq!((settings.preset.name(), settings.ratio, settings.parent_based), expected, "{variables:?}");
        }
    }
}
