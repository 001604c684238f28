package org.qpsmtpd.api.answer;

/**
 * qpsmtpd's named enhanced status codes (RFC 3463). A plugin answers with one by {@link #result}.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/DSN.pm}.
 */
public enum DsnStatus {
    /** {@code unspecified}. */
    UNSPECIFIED("0.0", Action.DENYSOFT, "Other or Undefined Status"),
    /** {@code addr_unspecified}. */
    ADDR_UNSPECIFIED("1.0", Action.DENYSOFT, "Other address status."),
    /** {@code no_such_user}. */
    NO_SUCH_USER("1.1", Action.DENY, "No such user"),
    /** {@code addr_bad_dest_mbox}. */
    ADDR_BAD_DEST_MBOX("1.1", Action.DENY, "Bad destination mailbox address."),
    /** {@code addr_bad_dest_system}. */
    ADDR_BAD_DEST_SYSTEM("1.2", Action.DENY, "Bad destination system address."),
    /** {@code addr_bad_dest_syntax}. */
    ADDR_BAD_DEST_SYNTAX("1.3", Action.DENY, "Bad destination mailbox address syntax."),
    /** {@code addr_dest_ambigous}. */
    ADDR_DEST_AMBIGOUS("1.4", Action.DENYSOFT, "Destination mailbox address ambiguous."),
    /** {@code addr_rcpt_ok}. */
    ADDR_RCPT_OK("1.5", Action.OK, "Destination address valid."),
    /** {@code addr_mbox_moved}. */
    ADDR_MBOX_MOVED("1.6", Action.DENY, "Destination mailbox has moved, No forwarding address."),
    /** {@code addr_bad_from_syntax}. */
    ADDR_BAD_FROM_SYNTAX("1.7", Action.DENY, "Bad sender's mailbox address syntax."),
    /** {@code addr_bad_from_system}. */
    ADDR_BAD_FROM_SYSTEM("1.8", Action.DENY, "Bad sender's system address."),
    /** {@code mbox_unspecified}. */
    MBOX_UNSPECIFIED("2.0", Action.DENYSOFT, "Other or undefined mailbox status."),
    /** {@code mbox_disabled}. */
    MBOX_DISABLED("2.1", Action.DENY, "Mailbox disabled, not accepting messages."),
    /** {@code mbox_full}. */
    MBOX_FULL("2.2", Action.DENYSOFT, "Mailbox full."),
    /** {@code mbox_msg_too_long}. */
    MBOX_MSG_TOO_LONG("2.3", Action.DENY, "Message length exceeds administrative limit."),
    /** {@code mbox_list_expansion_problem}. */
    MBOX_LIST_EXPANSION_PROBLEM("2.4", Action.DENYSOFT, "Mailing list expansion problem."),
    /** {@code sys_unspecified}. */
    SYS_UNSPECIFIED("3.0", Action.DENYSOFT, "Other or undefined mail system status."),
    /** {@code sys_disk_full}. */
    SYS_DISK_FULL("3.1", Action.DENYSOFT, "Mail system full."),
    /** {@code sys_not_accepting_mail}. */
    SYS_NOT_ACCEPTING_MAIL("3.2", Action.DENYSOFT, "System not accepting network messages."),
    /** {@code sys_not_supported}. */
    SYS_NOT_SUPPORTED("3.3", Action.DENYSOFT, "System not capable of selected features."),
    /** {@code sys_msg_too_big}. */
    SYS_MSG_TOO_BIG("3.4", Action.DENY, "Message too big for system."),
    /** {@code net_unspecified}. */
    NET_UNSPECIFIED("4.0", Action.DENYSOFT, "Other or undefined network or routing status."),
    /** {@code temp_resolver_failed}. */
    TEMP_RESOLVER_FAILED("4.3", Action.DENYSOFT, "Temporary address resolution failure"),
    /** {@code net_directory_server_failed}. */
    NET_DIRECTORY_SERVER_FAILED("4.3", Action.DENYSOFT, "Directory server failure."),
    /** {@code net_system_congested}. */
    NET_SYSTEM_CONGESTED("4.5", Action.DENYSOFT, "Mail system congestion."),
    /** {@code net_routing_loop}. */
    NET_ROUTING_LOOP("4.6", Action.DENY, "Routing loop detected."),
    /** {@code too_many_hops}. */
    TOO_MANY_HOPS("4.6", Action.DENY, "Too many hops"),
    /** {@code proto_unspecified}. */
    PROTO_UNSPECIFIED("5.0", Action.DENYSOFT, "Other or undefined protocol status."),
    /** {@code proto_invalid_command}. */
    PROTO_INVALID_COMMAND("5.1", Action.DENY, "Invalid command."),
    /** {@code proto_syntax_error}. */
    PROTO_SYNTAX_ERROR("5.2", Action.DENY, "Syntax error."),
    /** {@code proto_rcpt_list_too_long}. */
    PROTO_RCPT_LIST_TOO_LONG("5.3", Action.DENYSOFT, "Too many recipients."),
    /** {@code too_many_rcpts}. */
    TOO_MANY_RCPTS("5.3", Action.DENYSOFT, "Too many recipients."),
    /** {@code proto_invalid_cmd_args}. */
    PROTO_INVALID_CMD_ARGS("5.4", Action.DENY, "Invalid command arguments."),
    /** {@code proto_wrong_version}. */
    PROTO_WRONG_VERSION("5.5", Action.DENYSOFT, "Wrong protocol version."),
    /** {@code media_unspecified}. */
    MEDIA_UNSPECIFIED("6.0", Action.DENYSOFT, "Other or undefined media error."),
    /** {@code media_unsupported}. */
    MEDIA_UNSUPPORTED("6.1", Action.DENY, "Media not supported."),
    /** {@code media_conv_prohibited}. */
    MEDIA_CONV_PROHIBITED("6.2", Action.DENY, "Conversion required and prohibited."),
    /** {@code media_conv_unsupported}. */
    MEDIA_CONV_UNSUPPORTED("6.3", Action.DENYSOFT, "Conversion required but not supported."),
    /** {@code media_conv_lossy}. */
    MEDIA_CONV_LOSSY("6.4", Action.DENYSOFT, "Conversion with loss performed."),
    /** {@code sec_unspecified}. */
    SEC_UNSPECIFIED("7.0", Action.DENYSOFT, "Other or undefined security status."),
    /** {@code sec_sender_unauthorized}. */
    SEC_SENDER_UNAUTHORIZED("7.1", Action.DENY, "Delivery not authorized, message refused."),
    /** {@code bad_sender_ip}. */
    BAD_SENDER_IP("7.1", Action.DENY, "Bad sender's IP"),
    /** {@code relaying_denied}. */
    RELAYING_DENIED("7.1", Action.DENY, "Relaying denied"),
    /** {@code sec_list_dest_prohibited}. */
    SEC_LIST_DEST_PROHIBITED("7.2", Action.DENY, "Mailing list expansion prohibited."),
    /** {@code sec_conv_failed}. */
    SEC_CONV_FAILED("7.3", Action.DENY, "Security conversion required but not possible."),
    /** {@code sec_feature_unsupported}. */
    SEC_FEATURE_UNSUPPORTED("7.4", Action.DENY, "Security features not supported."),
    /** {@code sec_crypto_failure}. */
    SEC_CRYPTO_FAILURE("7.5", Action.DENY, "Cryptographic failure."),
    /** {@code sec_crypto_algorithm_unsupported}. */
    SEC_CRYPTO_ALGORITHM_UNSUPPORTED(
            "7.6", Action.DENYSOFT, "Cryptographic algorithm not supported."),
    /** {@code sec_msg_integrity_failure}. */
    SEC_MSG_INTEGRITY_FAILURE("7.7", Action.DENY, "Message integrity failure.");

    private final String subjectDetail;
    private final Action action;
    private final String text;

    DsnStatus(String subjectDetail, Action action, String text) {
        this.subjectDetail = subjectDetail;
        this.action = action;
        this.text = text;
    }

    /** The answer qpsmtpd gives by this name. */
    public HookResult result() {
        return result(action, text);
    }

    /** The same with a text of one's own. */
    public HookResult result(String ownText) {
        return result(action, ownText);
    }

    /**
     * The same with an action and a text of one's own; the class of the code follows the action.
     */
    public HookResult result(Action ownAction, String ownText) {
        return HookResult.of(ownAction, ownText + " (#" + code(ownAction) + ")");
    }

    private String code(Action forAction) {
        boolean good = forAction == Action.OK;
        boolean permanent = forAction.refuses() && !forAction.isTemporary();
        return (good ? "2." : permanent ? "5." : "4.") + subjectDetail;
    }
}
