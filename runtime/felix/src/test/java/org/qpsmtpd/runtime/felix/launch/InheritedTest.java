package org.qpsmtpd.runtime.felix.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.runtime.felix.report.StartFailure;

final class InheritedTest {
    @Test
    void takesWhatTcpserverTells() throws StartFailure {
        Map<String, String> environment =
                Map.of(
                        "TCPREMOTEIP", "192.0.2.7",
                        "TCPREMOTEPORT", "4711",
                        "TCPREMOTEHOST", "client.example.net",
                        "TCPREMOTEINFO", "joe",
                        "TCPLOCALIP", "2001:db8::1",
                        "TCPLOCALPORT", "25",
                        "TCPLOCALHOST", "mx.example.org");
        assertThat(Inherited.told(environment))
                .containsOnly(
                        Map.entry("org.qpsmtpd.remote_ip", "192.0.2.7"),
                        Map.entry("org.qpsmtpd.remote_port", "4711"),
                        Map.entry("org.qpsmtpd.remote_host", "client.example.net"),
                        Map.entry("org.qpsmtpd.remote_info", "joe"),
                        Map.entry("org.qpsmtpd.local_ip", "2001:db8::1"),
                        Map.entry("org.qpsmtpd.local_port", "25"));
    }

    @Test
    void takesNothingWithoutTheClientsAddress() throws StartFailure {
        assertThat(Inherited.told(Map.of("TCPREMOTEHOST", "x", "TCPREMOTEPORT", "1"))).isEmpty();
        assertThat(Inherited.told(Map.of("TCPREMOTEIP", "", "TCPLOCALPORT", "1"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "TCPREMOTEIP, host.example.net",
        "TCPREMOTEIP, 1234",
        "TCPREMOTEIP, 127.0.0",
        "TCPLOCALIP, ::1;x",
        "TCPREMOTEPORT, 65536",
        "TCPREMOTEPORT, -1",
        "TCPLOCALPORT, smtp",
    })
    void refusesWhatTcpserverNeverSets(String variable, String value) {
        Map<String, String> environment =
                variable.equals("TCPREMOTEIP")
                        ? Map.of(variable, value)
                        : Map.of("TCPREMOTEIP", "192.0.2.7", variable, value);
        StartFailure failure =
                catchThrowableOfType(StartFailure.class, () -> Inherited.told(environment));
        assertThat(failure.line()).contains(variable + " is \"" + value + "\"");
        assertThat(failure.status()).isEqualTo(1);
    }
}
