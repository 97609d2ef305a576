"""GraceDb, whole, with the older names of its methods."""

from __future__ import annotations

from ._annotations import Annotations

__all__ = ["GraceDb"]


class GraceDb(Annotations):
    """A client with the methods of ``ligo.gracedb.rest.GraceDb``, over this package's.

    Each method sends what this package's own client sends, with its safety, and gives the answer
    as it is: a `Response` of the ``requests`` library. Arguments that the older client does not
    have are those of `gracedb_core.Client`.

    Parameters
    ----------
    service_url : str
        The API root.
    cred : str, pair of str or bool, optional
        A certificate, or certificate and key; True to find one or fail, False for none of X.509.
    force_noauth, fail_if_noauth : bool
        Whether to look for no credential, or to refuse to go without one.
    api_version : str, optional
        ``v1`` or ``v2``; left out, the server's default.
    reload_certificate, reload_cred : bool
        Whether to read a credential anew before it expires, *reload_buffer* seconds before.
    use_auth : str
        Which credentials to look for: ``all``, or ``scitoken`` or ``x509``, which must be found
        then.
    retries, backoff_factor
        How often to ask again, and the first pause in seconds.
    retry_codes, allowed_methods
        Taken and left aside: what may be sent again is known of each call.
    """

    createEvent = Annotations.create_event
    replaceEvent = Annotations.replace_event
    numEvents = Annotations.num_events
    writeLog = Annotations.write_log
    writeLabel = Annotations.write_label
    removeLabel = Annotations.remove_label
    addTag = Annotations.add_tag
    removeTag = Annotations.remove_tag
    createSuperevent = Annotations.create_superevent
    updateSuperevent = Annotations.update_superevent
    addEventToSuperevent = Annotations.add_event_to_superevent
    removeEventFromSuperevent = Annotations.remove_event_from_superevent
    createVOEvent = Annotations.create_voevent
    writeEMObservation = Annotations.write_emobservation
