version=2
# PostgreSQL, log_line_prefix '%m [%p] %q%u@%d '
rule=:%pdate:word% %ptime:word% UTC [%pid:number%] %level:alpha%:  %message:rest%
rule=:%pdate:word% %ptime:word% UTC [%pid:number%] %user:word% %level:alpha%:  %message:rest%
# Patroni
rule=:%pdate:word% %ptime:char-to{"extradata":","}%,%pms:number% %level:alpha%: %message:rest%
# Redis
rule=:%pid:number%:%role:char-to{"extradata":" "}% %rday:word% %rmonth:word% %ryear:number% %rtime:word% %level:word% %message:rest%
# RabbitMQ
rule=:%pdate:word% %qtime:word% [%level:char-to{"extradata":"]"}%] <%pid:char-to{"extradata":">"}%> %message:rest%
# HAProxy's own notices
rule=:[%level:alpha%]%-:whitespace%(%pid:number%) : %message:rest%
# OpenSearch
rule=:[%iso:char-to{"extradata":"]"}%][%level:alpha%][%logger:char-to{"extradata":"]"}%] %message:rest%
# Go's standard logger
rule=:%gdate:word% %gtime:word% %level:alpha%: %message:rest%
