{#- How many videos of each account the study's sample takes: SZ_SAMPLE_TOP. -#}
{% macro sample_top() -%}
{{- (env_var("SZ_SAMPLE_TOP", "200") if execute else 0) | int -}}
{%- endmacro %}

{#- Which videos of fct_video_month each population holds, as a condition. -#}
{% macro populations() -%}
{{- return({"all": "true", "sample": "is_in_sample"}) -}}
{%- endmacro %}
