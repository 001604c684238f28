/** The plugin logging/transaction_id. */
@NullMarked
package org.qpsmtpd.plugin.logging.transactionid;

import org.jspecify.annotations.NullMarked;
