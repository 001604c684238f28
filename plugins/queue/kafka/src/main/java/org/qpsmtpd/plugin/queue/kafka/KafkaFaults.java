package org.qpsmtpd.plugin.queue.kafka;

import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.qpsmtpd.brokers.BrokerFailure;
import org.qpsmtpd.brokers.BrokerFailure.Kind;

/** What faults of Kafka's client mean. */
final class KafkaFaults {
    private KafkaFaults() {}

    /** The topic cannot be looked up. */
    static BrokerFailure ofTopic(String topic, Exception fault) {
        Throwable cause = fault.getCause() == null ? fault : fault.getCause();
        String what =
                fault instanceof TimeoutException && fault.getCause() == null
                        ? "no broker answers, or there is no topic " + topic
                        : "topic " + topic;
        return new BrokerFailure(Kind.AWAY, what, cause);
    }

    /** A record was not taken. */
    static BrokerFailure ofRecord(Exception fault) {
        Kind kind = Kind.REFUSED;
        if (fault instanceof RecordTooLargeException) {
            kind = Kind.TOO_LARGE;
        } else if (fault instanceof TimeoutException) {
            kind = Kind.LATE;
        }
        return new BrokerFailure(kind, fault.getClass().getSimpleName(), fault);
    }

    /** Whether the producer is of no use after that. */
    static boolean endsTheProducer(Exception fault) {
        boolean isOfTheRecord =
                fault instanceof RetriableException
                        || fault instanceof RecordTooLargeException
                        || fault instanceof InvalidRecordException
                        || fault instanceof TopicAuthorizationException;
        return !isOfTheRecord;
    }
}
