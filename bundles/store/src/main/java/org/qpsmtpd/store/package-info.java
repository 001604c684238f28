/** The stores of each server: which form they have, the command {@code store}, and imports. */
@NullMarked
package org.qpsmtpd.store;

import org.jspecify.annotations.NullMarked;
