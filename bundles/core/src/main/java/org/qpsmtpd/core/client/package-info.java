/** Plugin lists for different clients: which there are, and which client has which. */
@NullMarked
package org.qpsmtpd.core.client;

import org.jspecify.annotations.NullMarked;
