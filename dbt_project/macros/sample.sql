{#- How many videos of each account the study's sample takes: SZ_SAMPLE_TOP. -#}
{% macro sample_top() -%}
{{- (env_var("SZ_SAMPLE_TOP", "200") if execute else 0) | int -}}
{%- endmacro %}
