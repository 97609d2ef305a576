"""Which class of event a pipeline makes, and the attributes each class has.

This table is the only place that names the keys of ``extra_attributes``: readers
fill them, queries look them up.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Tuple

__all__ = ["ATTRIBUTES", "SINGLE_INSPIRAL", "blank", "event_class"]

_CLASSES = {
    "CoincInspiral": "gstlal spiir MBTAOnline MBTA pycbc PyGRB SGNL",
    "MultiBurst": "CWB CWB2G",
    "GRB": "Fermi Swift INTEGRAL AGILE CHIME SVOM SNEWS IceCube",
    "SimInspiral": "HardwareInjection",
    "LalInferenceBurst": "oLIB",
    "MLyBurst": "MLy aframe GWAK",
}
_CLASS_OF_PIPELINE = {
    pipeline: name for name, pipelines in _CLASSES.items() for pipeline in pipelines.split()
}

_SPINS = "spin1x spin1y spin1z spin2x spin2y spin2z"
_ALPHAS = "alpha1 alpha2 alpha3 alpha4 alpha5 alpha6"

#: class -> attribute -> its type
ATTRIBUTES: Dict[str, Dict[str, type]] = {}


def _attributes(*, text: str = "", integers: str = "", reals: str = "") -> Dict[str, type]:
    groups = ((str, text), (int, integers), (float, reals))
    return {name: kind for kind, names in groups for name in names.split()}


ATTRIBUTES["CoincInspiral"] = _attributes(
    text="ifos",
    integers="end_time end_time_ns",
    reals="mass mchirp minimum_duration snr false_alarm_rate combined_far",
)
ATTRIBUTES["MultiBurst"] = _attributes(
    text="ifos single_ifo_times hoft code",
    integers="start_time start_time_ns peak_time peak_time_ns",
    reals="duration strain central_freq bandwidth amplitude mchirp snr confidence"
    " false_alarm_rate ligo_axis_ra ligo_axis_dec ligo_angle ligo_angle_sig",
)
ATTRIBUTES["GRB"] = _attributes(
    text="ivorn author_ivorn author_shortname observatory_location_id coord_system"
    " how_description how_reference_url designation trigger_id",
    reals="ra dec error_radius trigger_duration T90 redshift",
)
ATTRIBUTES["SimInspiral"] = _attributes(
    text="source_channel destination_channel waveform numrel_data source taper",
    integers="amp_order geocent_end_time geocent_end_time_ns numrel_mode_min numrel_mode_max"
    " bandpass g_end_time g_end_time_ns h_end_time h_end_time_ns l_end_time l_end_time_ns"
    " t_end_time t_end_time_ns v_end_time v_end_time_ns",
    reals="mass1 mass2 eta mchirp coa_phase end_time_gmst f_lower f_final distance latitude"
    " longitude polarization inclination theta0 phi0 alpha beta psi0 psi3 eff_dist_g eff_dist_h"
    f" eff_dist_l eff_dist_t eff_dist_v amplitude tau phi freq {_SPINS} {_ALPHAS}",
)
ATTRIBUTES["LalInferenceBurst"] = _attributes(
    reals="bci quality_mean quality_median bsn omicron_snr_network omicron_snr_H1"
    " omicron_snr_L1 omicron_snr_V1 hrss_mean hrss_median frequency_mean frequency_median"
)
ATTRIBUTES["MLyBurst"] = _attributes(
    integers="end_time end_time_ns",
    reals="central_freq bandwidth duration central_time detection_statistic SNR bbh sglf sghf"
    " background glitch freq_correlation mass1 mass2 mtotal mchirp spin1z spin2z"
    " template_duration",
)

#: the attributes of each item of the list ``SingleInspiral``
SINGLE_INSPIRAL = _attributes(
    text="ifo search channel",
    integers="end_time end_time_ns impulse_time impulse_time_ns chisq_dof bank_chisq_dof"
    " cont_chisq_dof",
    reals="end_time_gmst template_duration event_duration amplitude eff_distance coa_phase mass1"
    " mass2 mchirp mtotal eta kappa chi tau0 tau2 tau3 tau4 tau5 ttotal psi0 psi3 alpha"
    f" {_ALPHAS} beta f_final snr chisq bank_chisq cont_chisq sigmasq rsqveto_duration"
    f" Gamma0 Gamma1 Gamma2 Gamma3 Gamma4 Gamma5 Gamma6 Gamma7 Gamma8 Gamma9 {_SPINS}",
)

#: columns that the server's database does not let be null
_EMPTY_TEXT: Mapping[str, Tuple[str, ...]] = {
    "CoincInspiral": ("ifos",),
    "MultiBurst": ("ifos", "single_ifo_times", "hoft", "code"),
}


def event_class(pipeline: str) -> Optional[str]:
    """Return the key of ``extra_attributes`` for *pipeline*; None for a plain event."""
    return _CLASS_OF_PIPELINE.get(pipeline)


def blank(name: str) -> Dict[str, Any]:
    """Return the attributes of class *name* of an event about which nothing is known."""
    values: Dict[str, Any] = dict.fromkeys(ATTRIBUTES[name])
    values.update(dict.fromkeys(_EMPTY_TEXT.get(name, ()), ""))
    if name == "MLyBurst":
        scores = dict.fromkeys(("coherency", "coincidence", "combined"))
        values.update(channels=None, scores=scores, ifos="")
    return values
