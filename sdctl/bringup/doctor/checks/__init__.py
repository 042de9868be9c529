"""One file per check or small group of them: ``check`` is a pure function from facts to findings.
Those of the target itself are the target's (``Target.survey``)."""
